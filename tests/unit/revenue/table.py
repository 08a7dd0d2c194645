"""DynamoDB in one process, as far as revenue uses it: its expressions are parsed and obeyed.

tests/local/test_revenue.py holds the same adapters against a server.
"""

import re
import threading
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

Item = dict[str, Any]
_FAILED = "ConditionalCheckFailed"
_CLAUSE = re.compile(r"(ADD|SET) (.*?)(?= (?:ADD|SET) |$)")
_CALL = re.compile(r"attribute_(not_)?exists\(([#\w]+)\)")
_COMPARE = re.compile(r"([#\w]+) (<=|=) (:\w+)")


class Table:
    """Items by `pk` and `sk`; `inserted` are the images of new ones, as a stream has them."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], Item] = {}
        self.inserted: list[Item] = []
        self.units = 0
        """Write units spent, two a KB in a transaction."""
        self._lock = threading.RLock()

    def put_item(self, *, Item: Item, **more: Any) -> dict[str, Any]:  # noqa: N803
        self._one("Put", {"Item": Item, **more})
        return {}

    def update_item(self, **more: Any) -> dict[str, Any]:
        self._one("Update", more)
        return {}

    def delete_item(self, *, ReturnValues: str = "", **more: Any) -> dict[str, Any]:  # noqa: N803
        with self._lock:
            there = self.items.get(_key(more["Key"]))
            self._one("Delete", more)
        return {"Attributes": there} if there is not None and ReturnValues else {}

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        ((name, asked),) = RequestItems.items()
        assert asked["ConsistentRead"], "money is read exactly"
        keys = asked["Keys"]
        assert len({_key(key) for key in keys}) == len(keys) <= 100
        with self._lock:
            found = [self.items[_key(key)] for key in keys[:40] if _key(key) in self.items]
        left = {name: {**asked, "Keys": keys[40:]}} if len(keys) > 40 else {}
        return {"Responses": {name: found}, "UnprocessedKeys": left}

    def query(self, **asked: Any) -> dict[str, Any]:
        """Two items a page."""
        values = asked["ExpressionAttributeValues"]
        prefix = values.get(":sk", {"S": ""})["S"]
        start = asked.get("ExclusiveStartKey", {"sk": {"S": ""}})["sk"]["S"]
        with self._lock:
            found = sorted(
                (key, item)
                for key, item in self.items.items()
                if key[0] == values[":pk"]["S"] and key[1].startswith(prefix) and key[1] > start
            )
        page = [item for _, item in found[:2]]
        more = {"LastEvaluatedKey": {"sk": page[-1]["sk"]}} if len(found) > 2 else {}
        return {"Items": page, **more}

    def scan(self, *, ExclusiveStartKey: Item | None = None, **asked: Any) -> dict[str, Any]:  # noqa: N803
        """Two items a page, and of those what the filter lets through."""
        assert asked["FilterExpression"] == "#sk = :event"
        wanted = asked["ExpressionAttributeValues"][":event"]["S"]
        start = _key(ExclusiveStartKey) if ExclusiveStartKey else ("", "")
        with self._lock:
            found = sorted((key, item) for key, item in self.items.items() if key > start)
        page = [item for _, item in found[:2]]
        more = {"LastEvaluatedKey": {n: page[-1][n] for n in ("pk", "sk")}} if found[2:] else {}
        return {"Items": [item for item in page if item["sk"]["S"] == wanted], **more}

    def transact_write_items(self, *, TransactItems: list[Any]) -> dict[str, Any]:  # noqa: N803
        done = [next(iter(one.items())) for one in TransactItems]
        keys = [_key(what.get("Key") or what["Item"]) for _, what in done]
        assert len(set(keys)) == len(keys) <= 100, "100 items, none twice"
        with self._lock:
            failed = [
                {"Code": _FAILED, "Item": self.items.get(key, {})}
                if not _holds(self.items.get(key, {}), what)
                else {"Code": "None"}
                for key, (_, what) in zip(keys, done, strict=True)
            ]
            if any(why["Code"] == _FAILED for why in failed):
                error: Any = {
                    "Error": {"Code": "TransactionCanceledException"},
                    "CancellationReasons": failed,
                }
                raise ClientError(error, "TransactWriteItems")
            for key, (kind, what) in zip(keys, done, strict=True):
                self._write(key, kind, what, 2)
        return {}

    def _one(self, kind: str, what: dict[str, Any]) -> None:
        key = _key(what.get("Key") or what["Item"])
        with self._lock:
            if not _holds(self.items.get(key, {}), what):
                code = {"Code": "ConditionalCheckFailedException"}
                answer: Any = {"Error": code, "Item": self.items.get(key, {})}
                raise ClientError(answer, kind)
            self._write(key, kind, what, 1)

    def _write(self, key: tuple[str, str], kind: str, what: dict[str, Any], factor: int) -> None:
        before = self.items.get(key)
        after = before
        if kind == "Delete":
            self.items.pop(key, None)
        elif kind != "ConditionCheck":
            after = what["Item"] if kind == "Put" else _updated(before or what["Key"], what)
            self.items[key] = after
            if before is None:
                self.inserted.append(after)
        self.units += factor * -(-max(_size(before or {}), _size(after or {}), 1) // 1024)


def _key(item: Mapping[str, Any]) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _size(item: Item) -> int:
    return sum(len(name) + len(str(next(iter(of.values())))) for name, of in item.items())


def _holds(item: Item, what: dict[str, Any]) -> bool:
    expression = what.get("ConditionExpression", "")
    if not expression:
        return True
    names = what.get("ExpressionAttributeNames", {})
    values = what.get("ExpressionAttributeValues", {})

    def called(match: "re.Match[str]") -> str:
        there = names.get(match[2], match[2]) in item
        return str(there != bool(match[1]))

    def compared(match: "re.Match[str]") -> str:
        found = item.get(names.get(match[1], match[1]))
        if found is None:
            return "False"
        left, right = int(found["N"]), int(values[match[3]]["N"])
        return str(left == right if match[2] == "=" else left <= right)

    told = _COMPARE.sub(compared, _CALL.sub(called, expression))
    told = told.replace("AND", "and").replace("OR", "or")
    assert re.fullmatch(r"(True|False|and|or|[() ])+", told), f"not understood: {expression}"
    return bool(eval(told))


def _updated(item: Item, what: dict[str, Any]) -> Item:
    names, values = what["ExpressionAttributeNames"], what["ExpressionAttributeValues"]
    item = dict(item)
    for clause, body in _CLAUSE.findall(what["UpdateExpression"]):
        for part in body.split(", "):
            name, value = part.split(" = ") if clause == "SET" else part.split(" ")
            given = values[value]
            if clause == "ADD":
                before = int(item.get(names[name], {"N": "0"})["N"])
                given = {"N": str(before + int(given["N"]))}
            item[names[name]] = given
    return item
