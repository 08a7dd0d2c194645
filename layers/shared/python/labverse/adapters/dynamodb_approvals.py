"""`Store` of approvals on DynamoDB: one item each, replaced on the condition of its version.

While something is left to be done about one, its item has `todo` and `due`, which the table's
index `todo` is made of. The table also holds the requests of Slack that were seen (`seen#…`).
"""

import json
import math
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from labverse.approve.stored import Stored
from labverse.kernel.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY, VERSION, RECORD, EXPIRES = "approval_id", "version", "record", "expires_at"
TODO, DUE, OPEN = "todo", "due", "open"
INDEX = "todo"
KEPT = timedelta(days=90)
"""After its time is over: so long it can be looked up who decided what."""
_REFUSED = "ConditionalCheckFailedException"
# Members of `Stored` that are attributes of the item, or that only this file knows as such.
_APART = {"approval", "question", "token", "execution", "messages", "delivered", "version"}


def table_of(stage: str) -> str:
    """The table of `stage`, by the name that infra_cdk/constructs/table.py gives it."""
    return f"labverse-{stage}-approvals"


class DynamoApprovals:
    """Approvals in `table`."""

    def __init__(self, table: str, client: "DynamoDBClient") -> None:
        self._table, self._client = table, client

    def create(self, stored: Stored) -> bool:
        """One conditional PutItem."""
        return self._put(
            stored,
            ConditionExpression="attribute_not_exists(#key)",
            ExpressionAttributeNames={"#key": KEY},
        )

    def read(self, approval_id: str) -> Stored | None:
        """One consistent GetItem."""
        where: Any = {"TableName": self._table, "Key": _key(approval_id), "ConsistentRead": True}
        item = self._asked("get_item", where).get("Item")
        return _stored(item) if item and RECORD in item else None

    def replace(self, seen: Stored, by: Stored) -> bool:
        """One conditional PutItem."""
        return self._put(
            by,
            ConditionExpression="#version = :seen",
            ExpressionAttributeNames={"#version": VERSION},
            ExpressionAttributeValues={":seen": {"N": str(seen.version)}},
        )

    def unfinished(self) -> Iterator[Stored]:
        """The index says which; each is read from the table, since an index may lag behind."""
        query: Any = {
            "TableName": self._table,
            "IndexName": INDEX,
            "KeyConditionExpression": "#todo = :open",
            "ExpressionAttributeNames": {"#todo": TODO},
            "ExpressionAttributeValues": {":open": {"S": OPEN}},
        }
        for item in self._pages("query", query):
            stored = self.read(item[KEY]["S"])
            if stored is not None and stored.due() is not None:
                yield stored

    def all(self) -> Iterator[Stored]:
        """Reads the whole table, which forgets what is KEPT no longer."""
        scan: Any = {
            "TableName": self._table,
            "ConsistentRead": True,
            "FilterExpression": "attribute_exists(#record)",
            "ExpressionAttributeNames": {"#record": RECORD},
        }
        return map(_stored, self._pages("scan", scan))

    def _pages(self, operation: str, asked: dict[str, Any]) -> Iterator[Any]:
        while True:
            page = self._asked(operation, asked)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            asked = {**asked, "ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _put(self, stored: Stored, **condition: Any) -> bool:
        """Also true where the SDK has sent it twice, because the answer to the first was lost."""
        put = {"TableName": self._table, "Item": _item(stored), **condition}
        try:
            self._client.put_item(**put, ReturnValuesOnConditionCheckFailure="ALL_OLD")
        except ClientError as error:
            if error.response["Error"]["Code"] != _REFUSED:
                raise Unavailable("approvals cannot be written at the moment") from error
            there: Any = error.response.get("Item") or {}
            return RECORD in there and _stored(there) == stored
        except BotoCoreError as error:
            raise Unavailable("approvals cannot be written at the moment") from error
        return True

    def _asked(self, operation: str, arguments: dict[str, Any]) -> Any:
        try:
            return getattr(self._client, operation)(**arguments)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("approvals cannot be read at the moment") from error


def of_stage(stage: str, client: "DynamoDBClient") -> DynamoApprovals:
    """The approvals of `stage`."""
    return DynamoApprovals(table_of(stage), client)


def _key(approval_id: str) -> dict[str, Any]:
    return {KEY: {"S": approval_id}}


def _item(stored: Stored) -> dict[str, Any]:
    """As it is kept. `expires_at` is the item's own end, `due` when somebody has to look at it."""
    due, until = stored.due(), stored.approval.expires_at + KEPT
    todo = {TODO: {"S": OPEN}, DUE: {"N": str(math.ceil(due.timestamp()))}} if due else {}
    messages = [each.model_dump(mode="json") for each in stored.messages]
    return {
        **_key(stored.id),
        RECORD: {"S": stored.approval.model_dump_json()},
        VERSION: {"N": str(stored.version)},
        "question": {"S": stored.question.model_dump_json()},
        "token": {"B": stored.token},
        "execution": {"S": stored.execution},
        "messages": {"S": json.dumps(messages)},
        "delivered": {"BOOL": stored.delivered},
        "progress": {"S": stored.model_dump_json(exclude=_APART)},
        EXPIRES: {"N": str(math.ceil(until.timestamp()))},
        **todo,
    }


def _stored(item: Any) -> Stored:
    """Raises pydantic's ValidationError for what this code did not write."""
    return Stored.model_validate(
        {
            **json.loads(item["progress"]["S"]),
            "approval": json.loads(item[RECORD]["S"]),
            "question": json.loads(item["question"]["S"]),
            "token": bytes(item["token"]["B"]),
            "execution": item["execution"]["S"],
            "messages": json.loads(item["messages"]["S"]),
            "delivered": item["delivered"]["BOOL"],
            "version": int(item[VERSION]["N"]),
        }
    )
