"""DynamoDB in one process, as far as the ledger uses it: its expressions are parsed and obeyed.

tests/local/test_ledger.py holds the same ledger against a server.
"""

import re
import threading
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

Item = dict[str, dict[str, Any]]
_TERM = re.compile(r"(attribute_exists|attribute_not_exists)\((#\w+)\)|(#\w+) (<=?|=) (:\w+)")
_CLAUSE = re.compile(r"(ADD|SET|REMOVE) (.*?)(?= (?:ADD|SET|REMOVE) |$)")


class Table:
    """One table of items by `key`; `before` is called ahead of every write."""

    def __init__(self, before: Callable[[], None] = lambda: None, key: str = "page") -> None:
        self.items: dict[str, Item] = {}
        self._key = key
        self.writes = 0
        self._before, self._lock = before, threading.Lock()

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        ((table, asked),) = RequestItems.items()
        assert asked.get("ConsistentRead", False) == (self._key == "page"), "money is read exactly"
        names = [key[self._key]["S"] for key in asked["Keys"]]
        with self._lock:
            found = [dict(self.items[name]) for name in names[:9] if name in self.items]
        left = {table: {"Keys": asked["Keys"][9:]}} if len(names) > 9 else {}
        return {"Responses": {table: found}, "UnprocessedKeys": left}

    def update_item(self, **update: Any) -> dict[str, Any]:
        self._before()
        with self._lock:
            self.writes += 1
            page = update["Key"][self._key]["S"]
            if not _holds(self.items.get(page, {}), update):
                answer: Any = {"Error": {"Code": "ConditionalCheckFailedException"}}
                if update.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
                    answer["Item"] = dict(self.items.get(page, {}))
                raise ClientError(answer, "UpdateItem")
            self.items[page] = _applied(self.items.get(page, {}), update)
            return {"Attributes": dict(self.items[page])}

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]]) -> None:  # noqa: N803
        self._before()
        with self._lock:
            self.writes += 2 * len(TransactItems)
            updates = [each["Update"] for each in TransactItems]
            names = [each["Key"]["page"]["S"] for each in updates]
            assert len(set(names)) == len(names), "no item twice in one transaction"
            if not all(
                _holds(self.items.get(name, {}), update)
                for name, update in zip(names, updates, strict=True)
            ):
                refused: Any = {"Error": {"Code": "TransactionCanceledException"}}
                raise ClientError(refused, "TransactWriteItems")
            for name, update in zip(names, updates, strict=True):
                self.items[name] = _applied(self.items.get(name, {}), update)


def _holds(item: Item, update: dict[str, Any]) -> bool:
    names, values = update["ExpressionAttributeNames"], update.get("ExpressionAttributeValues", {})

    def term(text: str) -> bool:
        function, there, left, sign, right = _parsed(text)
        if function:
            return (names[there] in item) == (function == "attribute_exists")
        value = item.get(names[left])
        if sign == "=":
            return bool(value == values[right])
        # Whole numbers: below a bound is at most one less.
        bound = int(values[right]["N"]) - (sign == "<") if value else 0
        return value is not None and int(value["N"]) <= bound

    expression = update.get("ConditionExpression", "")
    clauses = expression.split(" AND ") if expression else []
    return all(any(map(term, clause.strip("()").split(" OR "))) for clause in clauses)


def _parsed(text: str) -> tuple[str, ...]:
    # Stripping a clause of its brackets takes a function's last one as well.
    match = _TERM.fullmatch(text) or _TERM.fullmatch(text + ")")
    assert match, f"not an expression that this table knows: {text}"
    return tuple(match.groups())


def _applied(item: Item, update: dict[str, Any]) -> Item:
    names, values = update["ExpressionAttributeNames"], update.get("ExpressionAttributeValues", {})
    after = {**item, **update["Key"]}
    clauses = _CLAUSE.findall(update["UpdateExpression"])
    assert clauses, update["UpdateExpression"]
    for verb, text in clauses:
        for action in text.split(", "):
            name, *rest = action.split()
            if verb == "ADD":
                before = int(after.get(names[name], {"N": "0"})["N"])
                after[names[name]] = {"N": str(before + int(values[rest[0]]["N"]))}
            elif verb == "SET":
                after[names[name]] = values[rest[1]]
            else:
                after.pop(names[name], None)
    return after
