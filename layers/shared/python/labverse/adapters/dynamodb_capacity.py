"""`CapacityStore` on DynamoDB: one item, whose times only ever grow."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from labverse.kernel.errors import Unavailable
from labverse.route.fallback import NEVER, Capacity

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CONDITION_FAILED = "ConditionalCheckFailedException"
_TIMES = ("wanted_until", "on_demand_until")


class DynamoCapacity:
    """The item `fallback` of `table_name`; times are whole seconds since 1970."""

    def __init__(self, table_name: str, client: "DynamoDBClient") -> None:
        self._table, self._client = table_name, client

    def raise_to(self, wish: Capacity) -> None:
        """Each time on its own: an earlier one changes nothing, whenever it comes."""
        for name in _TIMES:
            until: datetime = getattr(wish, name)
            if until > NEVER:
                self._raise(name, int(until.timestamp()))

    def read(self) -> Capacity:
        """Consistently: a wish that was just kept must not be missed."""
        try:
            item = self._client.get_item(TableName=self._table, Key=_KEY, ConsistentRead=True).get(
                "Item", {}
            )
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("the wish for the local model cannot be read") from error
        return Capacity.model_validate(
            {
                name: datetime.fromtimestamp(int(item[name]["N"]), UTC)
                for name in _TIMES
                if name in item
            }
        )

    def _raise(self, name: str, until: int) -> None:
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_KEY,
                UpdateExpression="SET #time = :until",
                ConditionExpression="attribute_not_exists(#time) OR #time < :until",
                ExpressionAttributeNames={"#time": name},
                ExpressionAttributeValues={":until": {"N": str(until)}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != _CONDITION_FAILED:
                raise Unavailable("the wish for the local model cannot be kept") from error
        except BotoCoreError as error:
            raise Unavailable("the wish for the local model cannot be kept") from error


_KEY = {"name": {"S": "fallback"}}
