"""`Answers` on DynamoDB: one item per answer, under the key that it was given to.

The table also holds the writes of adapters/dynamodb_writes.py, so that one look by key finds
everything that was ever told to it.
"""

import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from labverse.adapters import time_left
from labverse.kernel.errors import Unavailable
from labverse.platform import telemetry
from labverse.route.cached import Forgotten

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY, NAME, KEPT, EXPIRES = "key_id", "name", "kept", "expires_at"
MOST_BYTES = 350_000
"""Of one answer, compressed. DynamoDB takes items of 400 kB."""
_BOUND_SECONDS = 0.05
"""A request that could do without us waits no longer than that."""
_MOST_FORGOTTEN = 5000  # some seconds of work
_BATCH, _TRIES = 25, 5
_T = TypeVar("_T")


def table_of(stage: str) -> str:
    """The table of `stage`, by the name that infra_cdk/constructs/table.py gives it."""
    return f"labverse-{stage}-answers"


def packed(text: str) -> bytes | None:
    """As it is kept; None if it is too large for that."""
    small = zlib.compress(text.encode())
    return small if len(small) <= MOST_BYTES else None


def unpacked(kept: bytes) -> str:
    """What `packed` was given."""
    return zlib.decompress(kept).decode()


class DynamoAnswers:
    """Answers in `table`, by `key_id` and name."""

    def __init__(self, table: str, client: "DynamoDBClient", bound: float = _BOUND_SECONDS) -> None:
        """`bound`: seconds for `recall` and for `keep`."""
        self._table, self._client, self._bound = table, client, bound

    def recall(self, key_id: str, name: str, now: datetime) -> str | None:
        """One consistent read: what was just paid for is found."""
        where: Any = {"TableName": self._table, "Key": _key(key_id, name), "ConsistentRead": True}
        item = self._soon(lambda: self._client.get_item(**where)).get("Item")
        # DynamoDB removes what has expired when it has the time.
        if item is None or int(item[EXPIRES]["N"]) <= now.timestamp():
            return None
        return unpacked(item[KEPT]["B"])

    def keep(self, key_id: str, name: str, text: str, until: datetime) -> None:
        """One write, in place of what was kept before."""
        small = packed(text)
        if small is None:
            return
        expires = {EXPIRES: {"N": str(int(until.timestamp()))}}
        item: Any = {**_key(key_id, name), KEPT: {"B": small}, **expires}
        self._soon(lambda: self._client.put_item(TableName=self._table, Item=item))

    def forget(self, key_id: str) -> Forgotten:
        """What holds an answer goes; a write that is still running holds none yet, and stays."""
        gone = 0
        try:
            for keys in self._pages(key_id):
                for start in range(0, len(keys), _BATCH):
                    gone += self._deleted(keys[start : start + _BATCH])
                if gone >= _MOST_FORGOTTEN:
                    return Forgotten(forgotten=gone, complete=False)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("answers cannot be forgotten at the moment") from error
        return Forgotten(forgotten=gone, complete=True)

    def _soon(self, work: Callable[[], _T]) -> _T:
        try:
            with time_left.within(self._bound):
                return time_left.in_time(work)
        except (ClientError, BotoCoreError, TimeoutError) as error:
            telemetry.logger().warning("answers not kept", extra={"why": type(error).__name__})
            raise Unavailable("answers cannot be kept at the moment") from error

    def _pages(self, key_id: str) -> Iterator[list[Any]]:
        query: Any = {
            "TableName": self._table,
            "ConsistentRead": True,
            "KeyConditionExpression": "#key = :key",
            "FilterExpression": "attribute_exists(#kept)",
            "ProjectionExpression": "#key, #name",
            "ExpressionAttributeNames": {"#key": KEY, "#name": NAME, "#kept": KEPT},
            "ExpressionAttributeValues": {":key": {"S": key_id}},
        }
        while True:
            page: Any = self._client.query(**query)
            yield page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _deleted(self, keys: list[Any]) -> int:
        left: Any = {self._table: [{"DeleteRequest": {"Key": key}} for key in keys]}
        for _ in range(_TRIES):
            left = self._client.batch_write_item(RequestItems=left).get("UnprocessedItems")
            if not left:
                return len(keys)
        raise Unavailable("answers cannot be forgotten that fast")


def of_stage(stage: str, client: "DynamoDBClient") -> DynamoAnswers:
    """The answers of `stage`."""
    return DynamoAnswers(table_of(stage), client)


def _key(key_id: str, name: str) -> dict[str, Any]:
    return {KEY: {"S": key_id}, NAME: {"S": f"answer#{name}"}}
