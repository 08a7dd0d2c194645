"""`Timelines` on DynamoDB: customers guarded by a version, and rows that are only ever added to."""

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from labverse.adapters import dynamodb_revenue as layout
from labverse.revenue.applying import merged
from labverse.revenue.models import Event
from labverse.revenue.ports import Held, Write
from labverse.revenue.timeline import CONVERSIONS, NULLS, Change, Entry, RowKey, Timeline

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_BODY, _VERSION, _PATH = "body", "version", "path"


class DynamoTimelines:
    """Customers, rows and paths in `table`."""

    def __init__(self, table: str, client: "DynamoDBClient") -> None:
        self._table, self._client = table, client

    def events(self, ids: Sequence[str]) -> Mapping[str, Event]:
        """Consistently: what was kept a moment ago is found."""
        keys = [layout.key(f"event#{id_}", layout.EVENT) for id_ in ids]
        found = (layout.event_of(item) for item in layout.got(self._client, self._table, keys))
        return {event.id: event for event in found}

    def early(self, ids: Sequence[str]) -> frozenset[str]:
        """Consistently too."""
        keys = [layout.key(f"event#{id_}", layout.REVERSED) for id_ in dict.fromkeys(ids)]
        items = layout.got(self._client, self._table, keys)
        return frozenset(item[layout.PK]["S"].removeprefix("event#") for item in items)

    def load(self, customers: Sequence[str]) -> Mapping[str, Held]:
        """One read of all heads; one more for each who has pages."""
        keys = [_head(name) for name in customers]
        items = {
            item[layout.PK]["S"].removeprefix("customer#"): item
            for item in layout.got(self._client, self._table, keys)
        }
        return {name: self._held(name, items.get(name)) for name in customers}

    def commit(self, writes: Sequence[Write]) -> bool:
        """One transaction, and one write for each path that nobody is on any more."""
        changed = merged(change for write in writes for change in write.changes)
        heads = [item for write in writes for item in self._customer(write)]
        rows = [self._adding(row, fields) for row, fields in changed.items()]
        if not self._transact([*heads, *rows]):
            return False
        for row, fields in changed.items():
            if not isinstance(row, RowKey) and min(fields.values()) < 0:
                self._tidy(row)
        return True

    def wait(self, id_: str) -> bool:
        """The marker, unless the event is there by now."""
        event, marker = (f"event#{id_}", layout.EVENT), (f"event#{id_}", layout.REVERSED)
        absent = f"attribute_not_exists({layout.PK})"
        return self._transact(
            [
                {"Put": {"TableName": self._table, "Item": layout.key(*marker)}},
                {
                    "ConditionCheck": {
                        "TableName": self._table,
                        "Key": layout.key(*event),
                        "ConditionExpression": absent,
                    }
                },
            ]
        )

    def _held(self, name: str, item: Any) -> Held:
        if item is None:
            return Held()
        body = _unpacked(item[_BODY]["B"])
        entries: list[Entry] = []
        if body["pages"]:
            pages = layout.queried(self._client, self._table, f"customer#{name}", "page#")
            for page in pages:
                entries += [Entry(*one) for one in _unpacked(page[_BODY]["B"])]
        paged = len(entries)
        entries += [Entry(*one) for one in body["entries"]]
        return Held(
            timeline=Timeline(tuple(entries)),
            owed=tuple(_change(one) for one in body["owed"]),
            version=int(item[_VERSION]["N"]),
            paged=paged,
            pages=body["pages"],
        )

    def _customer(self, write: Write) -> list[dict[str, Any]]:
        """The head, on condition that nobody changed it, and a page where one became full."""
        before, after = write.before, write.after
        body = {
            "entries": after.timeline.entries[after.paged :],
            "owed": after.owed,
            "pages": after.pages,
        }
        values = {_BODY: {"B": _packed(body)}, _VERSION: {"N": str(after.version)}}
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": {**_head(write.customer), **values},
        }
        put["ConditionExpression"] = f"attribute_not_exists({layout.PK})"
        if before.version:
            put["ConditionExpression"] = "#version = :version"
            put["ExpressionAttributeNames"] = {"#version": _VERSION}
            put["ExpressionAttributeValues"] = {":version": {"N": str(before.version)}}
        if after.pages == before.pages:
            return [{"Put": put}]
        full = after.timeline.entries[before.paged : after.paged]
        where = layout.key(f"customer#{write.customer}", f"page#{after.pages:06d}")
        page = {"TableName": self._table, "Item": {**where, _BODY: {"B": _packed(full)}}}
        return [{"Put": put}, {"Put": page}]

    def _adding(self, row: RowKey | tuple[str, ...], fields: Mapping[str, int]) -> dict[str, Any]:
        names = {f"#f{at}": name for at, name in enumerate(fields)}
        values: dict[str, Any] = {
            f":f{at}": {"N": str(by)} for at, by in enumerate(fields.values())
        }
        expression = "ADD " + ", ".join(f"#f{at} :f{at}" for at in range(len(fields)))
        if not isinstance(row, RowKey):
            expression += " SET #path = :path"
            names["#path"], values[":path"] = _PATH, {"S": json.dumps(row)}
        return {
            "Update": {
                "TableName": self._table,
                "Key": _row(row),
                "UpdateExpression": expression,
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": values,
            }
        }

    def _tidy(self, path: tuple[str, ...]) -> None:
        """Take away a path that nobody is on; it stays where somebody is by now."""
        with layout.unavailable("paths cannot be tidied"):
            try:
                self._client.delete_item(
                    TableName=self._table,
                    Key=_row(path),
                    ConditionExpression=(
                        "(attribute_not_exists(#came) OR #came = :none)"
                        " AND (attribute_not_exists(#not) OR #not = :none)"
                    ),
                    ExpressionAttributeNames={"#came": CONVERSIONS, "#not": NULLS},
                    ExpressionAttributeValues={":none": {"N": "0"}},
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                    raise

    def _transact(self, items: Any) -> bool:
        """False where a condition did not hold, or somebody else was at the same items."""
        with layout.unavailable("revenue cannot be counted"):
            try:
                self._client.transact_write_items(TransactItems=items)
            except ClientError as error:
                codes = {why.get("Code") for why in layout.refusals(error)}
                if codes - {"None", "ConditionalCheckFailed"} - layout.PASSING:
                    raise
                return False
        return True


def _head(name: str) -> dict[str, Any]:
    return layout.key(f"customer#{name}", layout.HEAD)


def _row(row: RowKey | tuple[str, ...]) -> dict[str, Any]:
    if isinstance(row, RowKey):
        day = date.fromordinal(row.day).isoformat()
        return layout.key(f"days#{row.dimension}", f"{row.value}#{day}")
    return layout.key("paths", hashlib.sha256(json.dumps(row).encode()).hexdigest())


def _change(kept: Any) -> Change:
    row, name, by = kept
    return Change(RowKey(*row) if isinstance(row[-1], int) else tuple(row), name, by)


def _packed(value: Any) -> bytes:
    return zlib.compress(json.dumps(value, separators=(",", ":")).encode())


def _unpacked(kept: bytes) -> Any:
    return json.loads(zlib.decompress(kept))
