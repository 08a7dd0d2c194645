"""`Counters` on DynamoDB: an item of numbers, added to by one UpdateItem."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from labverse.kernel.errors import Unavailable
from labverse.route.counters import Counts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEY, _UNTIL = "name", "expires_at"
# An expression may not be larger than 4 kB; more counts than this take another update.
_MOST = 100


class DynamoCounters:
    """Items of `table_name`, whose partition key is `name`; other attributes are counts."""

    def __init__(self, table_name: str, client: "DynamoDBClient") -> None:
        self._table, self._client = table_name, client

    def add(self, item: str, counts: Counts, until: int) -> None:
        """Add to an item's counts. Raises Unavailable."""
        named = list(counts.items())
        for start in range(0, len(named), _MOST):
            self._add(item, dict(named[start : start + _MOST]), until)

    def read(self, items: Sequence[str]) -> list[Counts]:
        """Eventually consistent, for half the price: they say how things usually are."""
        found: dict[str, Mapping[str, Any]] = {}
        keys: Any = [{_KEY: {"S": name}} for name in items]
        try:
            while keys:
                answer: Any = self._client.batch_get_item(
                    RequestItems={self._table: {"Keys": keys}}
                )
                found |= {one[_KEY]["S"]: one for one in answer["Responses"].get(self._table, [])}
                keys = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("the counts cannot be read") from error
        return [_counts(found.get(name, {})) for name in items]

    def _add(self, item: str, counts: Counts, until: int) -> None:
        names = {f"#n{index}": name for index, name in enumerate(counts)}
        values: Any = {f":v{index}": {"N": str(by)} for index, by in enumerate(counts.values())}
        adds = ", ".join(f"#n{index} :v{index}" for index in range(len(counts)))
        try:
            self._client.update_item(
                TableName=self._table,
                Key={_KEY: {"S": item}},
                UpdateExpression=f"ADD {adds} SET #until = :until",
                ExpressionAttributeNames=names | {"#until": _UNTIL},
                ExpressionAttributeValues=values | {":until": {"N": str(until)}},
            )
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("the counts cannot be added to") from error


def _counts(item: Mapping[str, Any]) -> dict[str, int]:
    return {
        name: int(value["N"])
        for name, value in item.items()
        if name not in (_KEY, _UNTIL) and "N" in value
    }
