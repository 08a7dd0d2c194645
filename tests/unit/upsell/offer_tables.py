"""The tables of decisions and segments in one process: their expressions are known by heart.

tests/local/test_upsell.py holds the same adapter against a server.
"""

import threading
from typing import Any

from botocore.exceptions import ClientError

Item = dict[str, dict[str, Any]]


class OfferTables:
    """Items of both tables, by table and key. `down`: nothing can be asked."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, ...], Item] = {}
        self.down = False
        self._lock = threading.Lock()

    def get_item(self, *, TableName: str, Key: Item, **_: Any) -> dict[str, Any]:  # noqa: N803
        self._asked()
        item = self.items.get(_place(TableName, Key))
        return {"Item": dict(item)} if item else {}

    def put_item(self, *, TableName: str, Item: Item, **_: Any) -> None:  # noqa: N803
        self._asked()
        self.items[_place(TableName, Item)] = dict(Item)

    def query(self, *, TableName: str, **asked: Any) -> dict[str, Any]:  # noqa: N803
        self._asked()
        assert asked["KeyConditionExpression"] == "#id = :id"
        wanted = asked["ExpressionAttributeValues"][":id"]["S"]
        there = [
            item
            for (table, id_, *_), item in self.items.items()
            if (table, id_) == (TableName, wanted)
        ]
        return {"Items": [{name: item[name] for name in ("id", "name")} for item in there]}

    def batch_write_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        self._asked()
        ((table, requests),) = RequestItems.items()
        assert len(requests) <= 25
        for request in requests:
            self.items.pop(_place(table, request["DeleteRequest"]["Key"]), None)
        return {}

    def transact_write_items(self, *, TransactItems: list[Any]) -> None:  # noqa: N803
        self._asked()
        updates = [each["Update"] for each in TransactItems]
        with self._lock:
            held = [_holds(self.items.get(_of(update), {}), update) for update in updates]
            if not all(held):
                codes = [{"Code": "None" if ok else "ConditionalCheckFailed"} for ok in held]
                raise _refused("TransactionCanceledException", codes)
            for update in updates:
                names, values = _words(update)
                item = self.items.setdefault(_of(update), dict(update["Key"]))
                for part in update["UpdateExpression"].removeprefix("SET ").split(", "):
                    name, _, value = part.partition(" = ")
                    item[names[name]] = values[value]

    def _asked(self) -> None:
        if self.down:
            raise _refused("InternalServerError", [])


def _holds(item: Item, update: dict[str, Any]) -> bool:
    names, values = _words(update)
    for term in update["ConditionExpression"].split(" AND "):
        if term.startswith("attribute_"):
            verb, _, name = term.rstrip(")").partition("(")
            if (names[name] in item) != (verb == "attribute_exists"):
                return False
        else:
            name, _, value = term.partition(" = ")
            if item.get(names[name]) != values[value]:
                return False
    return True


def _words(update: dict[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    return update["ExpressionAttributeNames"], update["ExpressionAttributeValues"]


def _of(update: dict[str, Any]) -> tuple[str, ...]:
    return _place(update["TableName"], update["Key"])


def _place(table: str, key: Item) -> tuple[str, ...]:
    names = ("id", "name") if "id" in key else ("segment",)
    return (table, *(str(key[name]["S"]) for name in names))


def _refused(code: str, reasons: list[dict[str, str]]) -> ClientError:
    told: Any = {"Error": {"Code": code, "Message": code}, "CancellationReasons": reasons}
    return ClientError(told, "TransactWriteItems")
