"""What was done, remembered on DynamoDB: `Marks`, and the `Deliveries` of messages."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from labverse.kernel.errors import Unavailable
from labverse.route.alerting import MOST_POSTS, Claimed
from labverse.route.ledger import seconds

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_REFUSED = "ConditionalCheckFailedException"
# Longer than an event can wait anywhere, its archive and a replay by hand included.
_KEPT = timedelta(days=400)


class DynamoMarks:
    """Items `mark#<name>` of `table_name`, whose partition key is `name`."""

    def __init__(self, table_name: str, client: "DynamoDBClient") -> None:
        self._table, self._client = table_name, client

    def marked(self, name: str) -> bool:
        """Whether the item is there. Raises Unavailable."""
        key: Any = _key(f"mark#{name}")
        try:
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("marks cannot be read") from error
        return "Item" in answer

    def mark(self, name: str, until: int) -> None:
        """Make the item, which goes at `until`. Raises Unavailable."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(f"mark#{name}"),
                UpdateExpression="SET #until = :until",
                ExpressionAttributeNames={"#until": "expires_at"},
                ExpressionAttributeValues={":until": {"N": str(until)}},
            )
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("marks cannot be written") from error


class DynamoDeliveries:
    """Items `<name>` of `table_name`: how often it was posted, until when it is taken, and that it
    is sent.
    """

    def __init__(self, table_name: str, client: "DynamoDBClient") -> None:
        self._table, self._client = table_name, client

    def claim(self, name: str, now: datetime, until: datetime) -> Claimed:
        """One conditional UpdateItem; a refused one brings along why."""
        there = self._update(
            name,
            "ADD #posts :one SET #busy = :until, #expires = :gone",
            {":one": 1, ":until": seconds(until), ":gone": seconds(now + _KEPT)},
            {":now": seconds(now), ":most": MOST_POSTS - 1},
        )
        if there is None:
            return "yours"
        if "sent" in there:
            return "sent"
        return "busy" if int(there["busy_until"]["N"]) > seconds(now) else "lost"

    def done(self, name: str) -> None:
        """Never to be posted again."""
        self._update(name, "SET #sent = :one", {":one": 1})

    def give_back(self, name: str, again: datetime) -> None:
        """As if it had not been claimed, but not before `again`."""
        change = {":less": -1, ":again": seconds(again)}
        self._update(name, "ADD #posts :less SET #busy = :again", change)

    def _update(
        self,
        name: str,
        expression: str,
        values: dict[str, int],
        where: dict[str, int] | None = None,
    ) -> Any:
        """None where it was done; else the item that was in the way. Raises Unavailable."""
        condition = {"ConditionExpression": _FREE, _TELL: "ALL_OLD"} if where else {}
        text = expression + (_FREE if where else "")
        names = {place: field for place, field in _NAMES.items() if place in text}
        given: Any = {key: {"N": str(value)} for key, value in {**values, **(where or {})}.items()}
        update: Any = {
            "TableName": self._table,
            "Key": _key(name),
            "UpdateExpression": expression,
            **condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": given,
        }
        try:
            self._client.update_item(**update)
        except ClientError as error:
            if error.response["Error"]["Code"] != _REFUSED:
                raise Unavailable("what was posted cannot be kept") from error
            return error.response.get("Item", {})
        except BotoCoreError as error:
            raise Unavailable("what was posted cannot be kept") from error
        return None


_TELL = "ReturnValuesOnConditionCheckFailure"
_NAMES = {"#posts": "posts", "#busy": "busy_until", "#expires": "expires_at", "#sent": "sent"}
_FREE = (
    "attribute_not_exists(#sent)"
    " AND (attribute_not_exists(#busy) OR #busy <= :now)"
    " AND (attribute_not_exists(#posts) OR #posts <= :most)"
)


def _key(name: str) -> Any:
    return {"name": {"S": name}}
