"""Requests that were acted upon: the first of them is the first, and nobody else.

tests/local/test_clicks.py holds the same adapter against a server.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from labverse.adapters.dynamodb_seen import DynamoSeen, table_of
from labverse.kernel.errors import Unavailable

NOW = datetime(2026, 1, 5, tzinfo=UTC)
UNTIL = NOW + timedelta(seconds=660)


class Table:
    """`put_item` alone, whose one condition it knows by heart. `tries`: as the SDK repeats it."""

    def __init__(self, tries: int = 1) -> None:
        self.items: dict[str, Any] = {}
        self.tries, self._guard = tries, threading.Lock()

    def put_item(self, **put: Any) -> None:
        assert put["TableName"] == "labverse-dev-approvals"
        assert put["ConditionExpression"] == (
            "attribute_not_exists(#key) OR #expires <= :now OR #claim = :ours"
        )
        names = put["ExpressionAttributeNames"]
        assert names == {"#key": "approval_id", "#expires": "expires_at", "#claim": "claim"}
        for _ in range(self.tries):
            self._put(put["Item"], put["ExpressionAttributeValues"])

    def _put(self, item: Any, values: Any) -> None:
        with self._guard:
            there: Any = self.items.get(item["approval_id"]["S"])
            gone = there is None or int(there["expires_at"]["N"]) <= int(values[":now"]["N"])
            if not (gone or there["claim"] == values[":ours"]):
                raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "PutItem")
            self.items[item["approval_id"]["S"]] = item


def seen(table: Any) -> DynamoSeen:
    return DynamoSeen(table_of("dev"), table)


def test_the_second_is_not_the_first() -> None:
    table = Table()
    assert [seen(table).first("a", NOW, UNTIL) for _ in range(3)] == [True, False, False]
    assert seen(table).first("b", NOW, UNTIL)
    assert int(table.items["seen#a"]["expires_at"]["N"]) == UNTIL.timestamp()


def test_of_many_at_once_one_is_the_first() -> None:
    table = Table()
    with ThreadPoolExecutor(16) as pool:
        firsts = list(pool.map(lambda _: seen(table).first("a", NOW, UNTIL), range(64)))
    assert firsts.count(True) == 1


def test_what_is_over_but_not_removed_yet_is_gone() -> None:
    table = Table()
    assert seen(table).first("a", NOW, UNTIL)
    assert not seen(table).first("a", UNTIL - timedelta(seconds=1), UNTIL)
    assert seen(table).first("a", UNTIL, UNTIL + timedelta(seconds=660))


def test_a_write_that_the_sdk_sends_twice_is_still_the_first() -> None:
    assert seen(Table(tries=2)).first("a", NOW, UNTIL)


@pytest.mark.parametrize(
    "failure",
    [
        ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "PutItem"),
        EndpointConnectionError(endpoint_url="there"),
    ],
)
def test_a_table_that_cannot_be_asked_is_unavailable(failure: Exception) -> None:
    class Down:
        def put_item(self, **_: Any) -> None:
            raise failure

    with pytest.raises(Unavailable):
        seen(Down()).first("a", NOW, UNTIL)
