"""A company that sends revenue's handlers what API Gateway and the table's stream would."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from labverse.platform.keys import mint
from tests.functions.conftest import CONTEXT, Cloud
from tests.unit.platform.fakes import PEPPERS
from tests.unit.revenue.book import NOW
from tests.unit.revenue.table import Table

Event = Callable[[str], Any]
SHARED = (
    "put_item", "update_item", "delete_item", "batch_get_item", "query", "scan",
    "transact_write_items",
)  # fmt: skip
ENTRIES = {"attribution": "http_attribution", "optimize": "http_optimize"}
NEW = {
    "id": "1", "kind": "new", "customer": "ana@example.com", "plan": "pro", "channel": "ads",
    "segment": "small", "amount": "49.99", "currency": "EUR",
    "effective_at": "2026-11-02T10:00:00Z",
}  # fmt: skip


class Company:
    """Calls the handlers as API Gateway and the stream do."""

    def __init__(self, cloud: Cloud, event: Event, module: Any) -> None:
        self.cloud, self.event, self.module, self.table = cloud, event, module, Table()
        self.key, record = mint("finance", frozenset({"revenue"}), NOW)
        cloud.records[record.key_id] = record.sealed(PEPPERS)

    def ask(self, verb: str, path: str, body: Any = None, **query: str) -> Any:
        """Status and body."""
        event = self.event("revenue/http")
        http = {**event["requestContext"]["http"], "method": verb, "path": path}
        asked = {
            **event,
            "rawPath": path,
            "requestContext": {**event["requestContext"], "http": http},
            "headers": {"x-api-key": self.key, "content-type": "application/json"},
            "queryStringParameters": query,
            "body": body if isinstance(body, str) else json.dumps(body),
        }
        entry = ENTRIES.get(path.rpartition("/")[2], "http")
        answer = getattr(self.module, entry)(asked, CONTEXT)
        return answer["statusCode"], json.loads(answer["body"], parse_float=Decimal)

    def send(self, *events: Any) -> Any:
        """POST a batch."""
        return self.ask("POST", "/api/v2/revenue/events", {"events": list(events)})

    def deliver(self, *images: Any) -> None:
        """What the stream says of these items, or of every event there is."""
        found = images or [one for one in self.table.inserted if one["sk"]["S"] == "event"]
        (one,) = self.event("revenue/stream")["Records"]
        records = [{**one, "dynamodb": {**one["dynamodb"], "NewImage": image}} for image in found]
        self.module.stream({"Records": records}, CONTEXT)

    def mrr(self, **query: str) -> Any:
        """The last day asked for, and the whole answer."""
        status, told = self.ask("GET", "/api/v2/revenue/mrr", **query)
        assert status == 200, told
        return told

    def letters(self) -> list[Any]:
        return [json.loads(one["MessageBody"]) for one in self.cloud.letters]
