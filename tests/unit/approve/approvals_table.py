"""The table of approvals in one process: its expressions are known by heart, and obeyed.

tests/local/test_approvals.py holds the same adapter against a server.
"""

import threading
from typing import Any

from botocore.exceptions import ClientError

Item = dict[str, dict[str, Any]]
_NEW, _UNTOUCHED = "attribute_not_exists(#key)", "#version = :seen"
_FIRST = "attribute_not_exists(#key) OR #expires <= :now OR #claim = :ours"


class ApprovalsTable:
    """Items by id. `down`: nothing can be asked; `page`: so many items are read at once."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.down = False
        self.page = 2
        self._lock = threading.Lock()

    def get_item(self, *, Key: Item, ConsistentRead: bool, **_: Any) -> dict[str, Any]:  # noqa: N803
        self._asked()
        assert ConsistentRead
        item = self.items.get(Key["approval_id"]["S"])
        return {"Item": dict(item)} if item else {}

    def put_item(self, *, Item: Item, ConditionExpression: str, **put: Any) -> None:  # noqa: N803
        self._asked()
        if ConditionExpression != _FIRST:
            assert put["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"
        with self._lock:
            there = self.items.get(Item["approval_id"]["S"])
            if not _holds(ConditionExpression, there, put):
                error: Any = {"Error": {"Code": "ConditionalCheckFailedException"}, "Item": there}
                raise ClientError(error, "PutItem")
            self.items[Item["approval_id"]["S"]] = dict(Item)

    def query(self, **query: Any) -> dict[str, Any]:
        self._asked()
        assert (query["IndexName"], query["KeyConditionExpression"]) == ("todo", "#todo = :open")
        assert query["ExpressionAttributeNames"] == {"#todo": "todo"}
        wanted = query["ExpressionAttributeValues"][":open"]
        found = [item for item in self.items.values() if item.get("todo") == wanted]
        found.sort(key=lambda item: (int(item["due"]["N"]), item["approval_id"]["S"]))
        keys = [{name: item[name] for name in ("approval_id", "due", "todo")} for item in found]
        return self._page(keys, query)

    def scan(self, **scan: Any) -> dict[str, Any]:
        self._asked()
        assert scan["FilterExpression"] == "attribute_exists(#record)"
        assert scan["ExpressionAttributeNames"] == {"#record": "record"}
        found = self._page(sorted(self.items.values(), key=str), scan)
        return {**found, "Items": [item for item in found["Items"] if "record" in item]}

    def _page(self, items: list[Item], asked: dict[str, Any]) -> dict[str, Any]:
        start = int(asked.get("ExclusiveStartKey", {"place": {"N": "0"}})["place"]["N"])
        end = start + self.page
        more = {"LastEvaluatedKey": {"place": {"N": str(end)}}} if end < len(items) else {}
        return {"Items": items[start:end], **more}

    def _asked(self) -> None:
        if self.down:
            raise ClientError({"Error": {"Code": "InternalServerError"}}, "Any")


def _holds(condition: str, there: Item | None, put: dict[str, Any]) -> bool:
    if condition == _NEW:
        assert put["ExpressionAttributeNames"] == {"#key": "approval_id"}
        return there is None
    if condition == _FIRST:
        # tests/unit/adapters/test_dynamodb_seen.py has its other two cases.
        return there is None
    assert condition == _UNTOUCHED
    assert put["ExpressionAttributeNames"] == {"#version": "version"}
    return there is not None and there["version"] == put["ExpressionAttributeValues"][":seen"]
