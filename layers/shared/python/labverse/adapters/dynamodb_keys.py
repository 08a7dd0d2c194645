"""`KeyStore` on DynamoDB: one item per key, found by its id."""

from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from labverse.kernel.errors import Conflict, NotFound, Unavailable
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
        try:
            item = self._client.get_item(
                TableName=self._table, Key={"key_id": {"S": key_id}}, ConsistentRead=True
            ).get("Item")
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("keys could not be read") from error
        return KeyRecord.model_validate_json(item["record"]["S"]) if item else None

    def put(self, record: KeyRecord) -> None:
        """Store a new key. Raises Conflict if its id is taken."""
        item = {"key_id": {"S": record.key_id}, "record": {"S": record.model_dump_json()}}
        self._write(item, "attribute_not_exists(key_id)", Conflict("this key id is taken"))

    def revoke(self, key_id: str, now: datetime) -> None:
        """From now on (functions remember a key for at most 30 s) the key opens nothing.

        Revoking again changes nothing. Raises NotFound for an unknown id.
        """
        record = self.get(key_id)
        if record is None:
            raise NotFound(f"there is no key {key_id!r}")
        if record.revoked_at is None:
            gone = record.model_copy(update={"revoked_at": now})
            item = {"key_id": {"S": key_id}, "record": {"S": gone.model_dump_json()}}
            self._write(item, "attribute_exists(key_id)", NotFound(f"there is no key {key_id!r}"))

    def list(self) -> tuple[KeyRecord, ...]:
        """Every key, revoked ones too, oldest first; reads the whole table."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table, ConsistentRead=True
        )
        try:
            texts = [item["record"]["S"] for page in pages for item in page["Items"]]
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("keys could not be read") from error
        found = map(KeyRecord.model_validate_json, texts)
        return tuple(sorted(found, key=lambda record: record.created_at))

    def _write(
        self, item: dict[str, dict[str, str]], condition: str, refused: Conflict | NotFound
    ) -> None:
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression=condition,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == _CONDITION_FAILED:
                raise refused from None
            raise Unavailable("keys could not be written") from error
        except BotoCoreError as error:
            raise Unavailable("keys could not be written") from error
