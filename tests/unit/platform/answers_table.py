"""The table of answers and writes in one process: its expressions are known by heart, and obeyed.

tests/local/test_answers.py holds the same adapters against a server.
"""

import threading
from typing import Any

from botocore.exceptions import ClientError

Item = dict[str, dict[str, Any]]
_FREE = "attribute_not_exists(#key) OR #expires <= :now"
_OURS = "#owner = :owner"


class AnswersTable:
    """Items by key and name. `down`: nothing can be asked; `reads` and `writes` are counted."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], Item] = {}
        self.down = False
        self.reads = self.writes = 0
        self.page = 1000
        self._lock = threading.Lock()

    def get_item(self, *, Key: Item, ConsistentRead: bool, **_: Any) -> dict[str, Any]:  # noqa: N803
        self._asked()
        assert ConsistentRead
        self.reads += 1
        item = self.items.get(_place(Key))
        return {"Item": dict(item)} if item else {}

    def put_item(self, *, Item: Item, **put: Any) -> None:  # noqa: N803
        self._asked()
        with self._lock:
            there = self.items.get(_place(Item))
            if "ConditionExpression" in put:
                assert put["ConditionExpression"] == _FREE
                now = int(put["ExpressionAttributeValues"][":now"]["N"])
                names = put["ExpressionAttributeNames"]
                assert names == {"#key": "key_id", "#expires": "expires_at"}
                if there is not None and int(there["expires_at"]["N"]) > now:
                    assert put["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"
                    raise _refused(there)
            self.writes += 1
            self.items[_place(Item)] = dict(Item)

    def update_item(self, *, Key: Item, UpdateExpression: str, **update: Any) -> None:  # noqa: N803
        self._asked()
        names, values = update["ExpressionAttributeNames"], update["ExpressionAttributeValues"]
        with self._lock:
            there = self._held(Key, update)
            verb, _, sets = UpdateExpression.partition(" ")
            assert verb == "SET"
            for part in sets.split(", "):
                name, _, value = part.partition(" = ")
                there[names[name]] = values[value]

    def delete_item(self, *, Key: Item, **delete: Any) -> None:  # noqa: N803
        self._asked()
        with self._lock:
            self._held(Key, delete)
            del self.items[_place(Key)]

    def query(self, **query: Any) -> dict[str, Any]:
        self._asked()
        assert query["KeyConditionExpression"] == "#key = :key"
        assert query["FilterExpression"] == "attribute_exists(#kept)"
        key = query["ExpressionAttributeValues"][":key"]["S"]
        after = query.get("ExclusiveStartKey", {"name": {"S": ""}})["name"]["S"]
        names = sorted(name for of, name in self.items if of == key and name > after)
        page = names[: self.page]
        found = [
            {"key_id": {"S": key}, "name": {"S": name}}
            for name in page
            if "kept" in self.items[key, name]
        ]
        more = {"LastEvaluatedKey": {"key_id": {"S": key}, "name": {"S": page[-1]}}}
        return {"Items": found, **(more if len(names) > len(page) else {})}

    def batch_write_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        """Takes at most ten at a time, so that some are left to be sent again."""
        self._asked()
        ((table, requests),) = RequestItems.items()
        assert len(requests) <= 25
        for request in requests[:10]:
            self.items.pop(_place(request["DeleteRequest"]["Key"]), None)
        return {"UnprocessedItems": {table: requests[10:]} if requests[10:] else {}}

    def _held(self, key: Item, change: dict[str, Any]) -> Item:
        assert change["ConditionExpression"] == _OURS
        there = self.items.get(_place(key))
        owner = change["ExpressionAttributeValues"][":owner"]
        if there is None or there.get("owner") != owner:
            raise _refused(there or {})
        self.writes += 1
        return there

    def _asked(self) -> None:
        if self.down:
            raise ClientError({"Error": {"Code": "InternalServerError"}}, "Any")


def _place(item: Item) -> tuple[str, str]:
    return item["key_id"]["S"], item["name"]["S"]


def _refused(there: Item) -> ClientError:
    code = "ConditionalCheckFailedException"
    answer: Any = {"Error": {"Code": code}, "Item": dict(there)}
    return ClientError(answer, "Any")
