"""`Sums` on DynamoDB: the daily rows and the paths, read whole."""

import json
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from labverse.adapters import dynamodb_revenue as layout
from labverse.revenue.daily import Row
from labverse.revenue.timeline import CONVERSIONS, NULLS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoSums:
    """Rows and paths in `table`."""

    def __init__(self, table: str, client: "DynamoDBClient") -> None:
        self._table, self._client = table, client

    def rows(self, dimension: str) -> Iterator[Row]:
        """One query; a page of it has some 5,000 rows."""
        for item in layout.queried(self._client, self._table, f"days#{dimension}"):
            value, _, day = item[layout.SK]["S"].rpartition("#")
            fields = {name: int(found["N"]) for name, found in item.items() if "N" in found}
            yield Row(value, date.fromisoformat(day).toordinal(), fields)

    def paths(self) -> Iterator[tuple[tuple[str, ...], int, int]]:
        """One query; a path that nobody is on any more is not there."""
        for item in layout.queried(self._client, self._table, "paths"):
            came, not_ = (int(item.get(name, {"N": "0"})["N"]) for name in (CONVERSIONS, NULLS))
            if came or not_:
                yield tuple(json.loads(item["path"]["S"])), came, not_
