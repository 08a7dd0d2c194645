"""`KeyTable` on DynamoDB: one item per key, found by its id."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from labverse.kernel.errors import Conflict, Unavailable
from labverse.platform import telemetry
from labverse.platform.keys import KeyRecord

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CONDITION_FAILED = "ConditionalCheckFailedException"


class DynamoKeys:
    """Keys in `table_name`. Every method raises Unavailable when DynamoDB cannot be asked."""

    def __init__(self, table_name: str, client: "DynamoDBClient") -> None:
        self._table, self._client = table_name, client

    def get(self, key_id: str) -> KeyRecord | None:
        """The record, read consistently: a revoked key must not live on in a stale replica."""
        text = self._text(key_id)
        return _record(text) if text else None

    def put(self, record: KeyRecord) -> None:
        """Store a new key. Raises Conflict if its id is taken."""
        self._write(record, ConditionExpression="attribute_not_exists(key_id)")

    def replace(self, old: KeyRecord, new: KeyRecord) -> None:
        """Put `new` where exactly `old` is. Raises Conflict if anything else is there."""
        # Compared as it is written there: another version of this code may word it differently.
        text = self._text(old.key_id)
        if text is None or _record(text) != old:
            raise Conflict("somebody else wrote this key")
        self._write(
            new,
            ConditionExpression="#record = :old",
            ExpressionAttributeNames={"#record": "record"},
            ExpressionAttributeValues={":old": {"S": text}},
        )

    def list(self) -> tuple[KeyRecord, ...]:
        """Every key, revoked ones too, oldest first; reads the whole table.

        What cannot be read as a record opens nothing, and is left out.
        """
        found = [record for record in map(_record, self._texts()) if record is not None]
        return tuple(sorted(found, key=lambda record: record.created_at))

    def _texts(self) -> Iterator[str]:
        start: Any = {}
        while True:
            try:
                page = self._client.scan(TableName=self._table, ConsistentRead=True, **start)
            except (ClientError, BotoCoreError) as error:
                raise Unavailable("keys could not be read") from error
            yield from (item["record"]["S"] for item in page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _text(self, key_id: str) -> str | None:
        try:
            item = self._client.get_item(
                TableName=self._table, Key={"key_id": {"S": key_id}}, ConsistentRead=True
            ).get("Item")
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("keys could not be read") from error
        return item["record"]["S"] if item else None

    def _write(self, record: KeyRecord, **condition: Any) -> None:
        item = {"key_id": {"S": record.key_id}, "record": {"S": record.model_dump_json()}}
        try:
            self._client.put_item(TableName=self._table, Item=item, **condition)
        except ClientError as error:
            if error.response["Error"]["Code"] == _CONDITION_FAILED:
                raise Conflict("somebody else wrote this key") from None
            raise Unavailable("keys could not be written") from error
        except BotoCoreError as error:
            raise Unavailable("keys could not be written") from error


def _record(text: str) -> KeyRecord | None:
    """None for what is no record: one that somebody spoilt must not stop the work on the others."""
    try:
        return KeyRecord.model_validate_json(text)
    except ValueError:
        telemetry.logger().warning("a key record cannot be read")
        return None
