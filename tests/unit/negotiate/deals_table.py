"""DynamoDB in one process, as far as deals use it: its conditions are parsed and obeyed.

tests/local/test_negotiate.py holds the same adapter against a server.
"""

import re
import threading
from decimal import Decimal
from typing import Any

from botocore.exceptions import ClientError

Item = dict[str, dict[str, Any]]
_TERM = re.compile(r"attribute_not_exists\((#?\w+)\)|(#\w+) (<=|=) (:\w+)")
_CLAUSE = re.compile(r"(ADD|SET|REMOVE) (.*?)(?= (?:ADD|SET|REMOVE) |$)")


class DealsTable:
    """One table of items by `deal_id`, with the index `todo`."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self._lock = threading.Lock()

    def get_item(self, *, Key: Any, ConsistentRead: bool, **_: Any) -> Any:  # noqa: N803
        assert ConsistentRead, "who has just written must see it"
        item = self.items.get(Key["deal_id"]["S"])
        return {"Item": dict(item)} if item else {}

    def put_item(self, *, Item: Any, ConditionExpression: str, **_: Any) -> Any:  # noqa: N803
        name = Item["deal_id"]["S"]
        with self._lock:
            if not _holds(self.items.get(name), {"ConditionExpression": ConditionExpression}):
                raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "PutItem")
            self.items[name] = dict(Item)
        return {}

    def query(self, **asked: Any) -> Any:
        assert (asked["IndexName"], asked["KeyConditionExpression"]) == ("todo", "#todo = :open")
        found = [dict(item) for item in self.items.values() if item.get("todo") == {"S": "open"}]
        return {"Items": sorted(found, key=lambda item: int(item["due"]["N"]))}

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]]) -> None:  # noqa: N803
        with self._lock:
            parts = [next(iter(each.items())) for each in TransactItems]
            names = [part["Key"]["deal_id"]["S"] for _, part in parts]
            assert len(set(names)) == len(names), "no item twice in one transaction"
            held = [
                _holds(self.items.get(name), part)
                for name, (_, part) in zip(names, parts, strict=True)
            ]
            if not all(held):
                codes = [{"Code": "None" if one else "ConditionalCheckFailed"} for one in held]
                refused: Any = {
                    "Error": {"Code": "TransactionCanceledException"},
                    "CancellationReasons": codes,
                }
                raise ClientError(refused, "TransactWriteItems")
            for name, (kind, part) in zip(names, parts, strict=True):
                if kind == "Delete":
                    self.items.pop(name, None)
                else:
                    self.items[name] = _applied(self.items.get(name, {}), part)


def _holds(item: Item | None, part: dict[str, Any]) -> bool:
    names = part.get("ExpressionAttributeNames", {})
    values = part.get("ExpressionAttributeValues", {})
    known = item or {}

    def judged(match: re.Match[str]) -> str:
        absent, left, sign, right = match.groups()
        if absent:
            return str(names.get(absent, absent) not in known)
        value = known.get(names[left])
        if value is None:
            return "False"
        if sign == "=":
            return str(value == values[right])
        return str(Decimal(value["N"]) <= Decimal(values[right]["N"]))

    text = _TERM.sub(judged, part["ConditionExpression"])
    words = text.replace("AND", "and").replace("OR", "or")
    assert re.fullmatch(r"(True|False|and|or|[() ])+", words), words
    return bool(eval(words))


def _applied(item: Item, part: dict[str, Any]) -> Item:
    names, values = part["ExpressionAttributeNames"], part["ExpressionAttributeValues"]
    after = {**item, **part["Key"]}
    clauses = _CLAUSE.findall(part["UpdateExpression"])
    assert clauses, part["UpdateExpression"]
    used = set(re.findall(r"#\w+", part["UpdateExpression"] + part["ConditionExpression"]))
    assert used == set(names), "DynamoDB refuses names that are not used"
    for verb, text in clauses:
        for action in text.split(", "):
            name, *rest = action.split()
            if verb == "ADD":
                before = Decimal(after.get(names[name], {"N": "0"})["N"])
                after[names[name]] = {"N": str(before + Decimal(values[rest[0]]["N"]))}
            elif verb == "SET":
                after[names[name]] = values[rest[1]]
            else:
                after.pop(names[name], None)
    return after
