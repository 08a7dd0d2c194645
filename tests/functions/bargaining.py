"""What negotiate's functions talk to, in memory, and their workflow's states run in order."""

import io
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from labverse.adapters import aws
from labverse.adapters.clock import SystemClock
from labverse.platform.keys import mint
from tests.functions.conftest import CONTEXT, Cloud
from tests.unit.negotiate.deals_table import DealsTable
from tests.unit.platform.fakes import PEPPERS

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:labverse-dev-negotiate"
ENVIRONMENT = {"DATA_BUCKET": "data", "STATE_MACHINE_ARN": MACHINE}
CHANNELS = {
    "goal": "Cross-platform content syndication",
    "platforms": ["tiktok", "spotify"],
}
ANA = "T0LOCAL/U0ANA"
MOST_STATE = 64 * 1024


class Market(Cloud):
    """A table of deals, a bucket, and executions, beside what every function has."""

    def __init__(self) -> None:
        super().__init__()
        self.key, record = mint("deals", frozenset({"negotiate"}), datetime.now(UTC))
        self.records[record.key_id] = record.sealed(PEPPERS)
        self.deals = DealsTable()
        self.put_item, self.query = self._put, self.deals.query
        self.objects: dict[str, bytes] = {}
        self.executions: dict[str, str] = {}
        self.inputs: dict[str, Any] = {}

    def get_item(self, *, Key: dict[str, Any], **asked: Any) -> dict[str, Any]:  # noqa: N803
        if asked["TableName"] == "labverse-dev-deals":
            found: dict[str, Any] = self.deals.get_item(Key=Key, **asked)
            return found
        return super().get_item(Key=Key, **asked)

    def _put(self, **put: Any) -> Any:
        table = self.deals if put["TableName"] == "labverse-dev-deals" else self.answers
        return table.put_item(**put)

    def transact_write_items(self, **given: Any) -> None:
        self.deals.transact_write_items(**given)

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **_: Any) -> None:  # noqa: N803
        assert Bucket == "data"
        self.objects[Key] = Body

    def get_object(self, *, Bucket: str, Key: str) -> Any:  # noqa: N803
        assert Bucket == "data"
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return {"Body": io.BytesIO(self.objects[Key])}

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> None:  # noqa: N803
        assert stateMachineArn == MACHINE
        if name in self.executions:
            raise ClientError({"Error": {"Code": "ExecutionAlreadyExists"}}, "StartExecution")
        self.executions[name], self.inputs[name] = "RUNNING", json.loads(input)

    def stop_execution(self, *, executionArn: str, **_: Any) -> None:  # noqa: N803
        self.executions[self._named(executionArn)] = "ABORTED"

    def describe_execution(self, *, executionArn: str) -> Any:  # noqa: N803
        return {"status": self.executions[self._named(executionArn)]}

    def _named(self, arn: str) -> str:
        prefix, _, name = arn.rpartition(":")
        assert prefix == MACHINE.replace(":stateMachine:", ":execution:")
        if name not in self.executions:
            raise ClientError({"Error": {"Code": "ExecutionDoesNotExist"}}, "Execution")
        return name

    def told(self, kind: str) -> list[Any]:
        """The details of the events of that kind."""
        found = [one for one in self.events if one["DetailType"] == kind]
        assert all(one["Source"] == "labverse.negotiate" for one in found)
        return [json.loads(one["Detail"]) for one in found]


class Bargaining:
    """Requests of one key, and the workflow of whatever they open."""

    def __init__(self, handler: Any, market: Market, http: Mapping[str, Any]) -> None:
        self.handler, self.market, self._http = handler, market, http
        self.sizes: list[int] = []
        self.phrase: dict[str, str] = {}

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and JSON of one request; a text is sent as it is."""
        text = body if isinstance(body, str) else json.dumps(body)
        request = self._http["requestContext"]
        event = {
            **self._http,
            "rawPath": path,
            "headers": {"x-api-key": self.market.key, **headers},
            "requestContext": {**request, "http": {"method": method, "path": path}},
            "body": text if method == "POST" else None,
        }
        self.answer = self.handler.http(event, CONTEXT)
        return self.answer["statusCode"], json.loads(self.answer["body"])

    def open(self, body: Any, **headers: str) -> str:
        """The id of a new negotiation."""
        status, told = self.call("POST", "/api/v2/negotiations", body, **headers)
        assert status == 202, told
        return str(told["id"])

    def shown(self, id_: str) -> Any:
        status, told = self.call("GET", f"/api/v2/negotiations/{id_}")
        assert status == 200, told
        return told

    def propose(self, id_: str) -> Any:
        """Gather, solve and record, as the state machine does; what recording said."""
        given = self.market.inputs[id_]
        positions = [self._gathered(id_, agent) for agent in given["agents"]]
        solved = self.step("task_solve", {"negotiation_id": id_, "positions": positions})
        return self.step("task_record", {"negotiation_id": id_, "proposal": solved["proposal"]})

    def settle(self, body: Any) -> Any:
        """The record of a new negotiation once its proposal is there."""
        id_ = self.open(body)
        self.propose(id_)
        return self.shown(id_)

    def decide(self, told: Any, reason: str = "approved", **members: Any) -> Any:
        """A person's answer to the question of a record; what applying said."""
        verdict = {
            "approval_id": told["approval"]["id"],
            "approved": reason == "approved",
            "reason": reason,
            "decided_by": ANA,
            "decided_at": "2026-11-24T12:00:00Z",
            "terms_digest": told["deal"]["digest"],
            **members,
        }
        return self.step("task_apply", {"negotiation_id": told["id"], "verdict": verdict})

    def step(self, entry: str, state: Any) -> Any:
        """One state, whose input and output are JSON of at most 64 KB."""
        given = json.dumps(state)
        answer = getattr(self.handler, entry)(json.loads(given), CONTEXT)
        text = json.dumps(answer)
        self.sizes += [len(given), len(text)]
        assert max(self.sizes) <= MOST_STATE
        return json.loads(text)

    def _gathered(self, id_: str, agent: str) -> Any:
        brought = self.step("task_gather", {"negotiation_id": id_, "agent": agent})
        return {**brought, "rationale": self.phrase.get(agent)}


def later(monkeypatch: pytest.MonkeyPatch, **by: float) -> datetime:
    """From now on it is so much later."""
    then = datetime.now(UTC) + timedelta(**by)
    monkeypatch.setattr(SystemClock, "now", lambda _: then)
    return then


def spent(cloud: Market, told: Any) -> float:
    """What is committed of the month of a deal."""
    return float(cloud.deals.items[f"spent#USD#{told['deal']['month']}"]["spent"]["N"])


def tick(deals: Bargaining, kind: str = "Scheduled Event", **detail: Any) -> None:
    event = {
        "id": "e", "source": "aws.events", "detail-type": kind, "detail": detail,
        "time": datetime(2026, 11, 24, 12, tzinfo=UTC).isoformat(),
    }  # fmt: skip
    deals.handler.event(json.loads(json.dumps(event)), CONTEXT)


@pytest.fixture
def cloud(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> Market:
    """What negotiate talks to, in place of what every function talks to."""
    market = Market()
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(aws, "client", lambda _service: market)
    return market


@pytest.fixture
def deals(cloud: Market, fresh: Callable[[Any], Any], event: Callable[[str], Any]) -> Bargaining:
    from functions.negotiate import handler

    return Bargaining(fresh(handler), cloud, event("negotiate/http"))
