"""Circuits on AWS's own protocol: kept, read back, and what happens when others were faster."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from labverse.adapters.dynamodb_circuits import DynamoCircuits
from labverse.kernel.errors import Unavailable
from labverse.route.breaker import Circuit, HealthPolicy
from labverse.route.ports import ProviderFailure
from labverse.route.watch import Watch
from tests.unit.route.fake_means import FakeClock

THEN = datetime(2026, 11, 24, 12, tzinfo=UTC)
OPEN = Circuit("a:b", 2, THEN, THEN + timedelta(seconds=9.5), "timeout", True, None, 3)


class Item:
    """One item of DynamoDB, as far as these expressions go."""

    def __init__(self) -> None:
        self.item: dict[str, Any] = {}
        self.down = False

    def get_item(self, **_: Any) -> dict[str, Any]:
        self._up("GetItem")
        return {"Item": dict(self.item)} if self.item else {}

    def update_item(self, **update: Any) -> None:
        self._up("UpdateItem")
        names, values = update["ExpressionAttributeNames"], update["ExpressionAttributeValues"]
        there = self.item.get(names["#version"])
        if there != values.get(":old"):
            code = {"Code": "ConditionalCheckFailedException"}
            refused: Any = {"Error": code, "Item": dict(self.item)}
            raise ClientError(refused, "UpdateItem")
        self.item[names["#circuit"]] = values[":circuit"]
        self.item[names["#version"]] = values[":new"]

    def _up(self, operation: str) -> None:
        if self.down:
            raise ClientError({"Error": {"Code": "InternalServerError"}}, operation)


def circuits(item: Item) -> DynamoCircuits:
    client: Any = item
    return DynamoCircuits("capacity", client, FakeClock())


def test_a_circuit_is_read_back_as_it_was() -> None:
    kept = circuits(Item())
    assert kept.read() == {}
    assert kept.swap(Circuit("a:b"), Circuit("a:b", version=1)) is None
    assert kept.swap(Circuit("a:b", version=1), OPEN) is None
    assert kept.swap(Circuit("other"), Circuit("other", version=1)) is None
    assert kept.read() == {"a:b": OPEN, "other": Circuit("other", version=1)}


def test_who_comes_second_is_told_what_is_there() -> None:
    item = Item()
    first, second = circuits(item), circuits(item)
    assert first.swap(Circuit("a:b"), OPEN) is None
    assert second.swap(Circuit("a:b"), Circuit("a:b", 9, version=1)) == OPEN
    assert second.read() == {"a:b": OPEN}


@pytest.mark.parametrize("text", ["{", "[]", "null", '{"failures": 1}', '{"until": "soon"}'])
def test_what_nobody_understands_is_closed_and_can_be_replaced(text: str) -> None:
    item = Item()
    kept = circuits(item)
    kept.swap(Circuit("a:b"), OPEN)
    item.item["circuit:a:b"] = {"S": text}
    assert kept.read() == {"a:b": Circuit("a:b", version=OPEN.version)}
    assert kept.swap(Circuit("a:b"), OPEN) == Circuit("a:b", version=OPEN.version)
    assert kept.swap(Circuit("a:b", version=OPEN.version), replace(OPEN, version=4)) is None


def test_what_a_later_version_adds_is_passed_over() -> None:
    item = Item()
    kept = circuits(item)
    kept.swap(Circuit("a:b"), OPEN)
    item.item["circuit:a:b"]["S"] = item.item["circuit:a:b"]["S"].replace("{", '{"more": 1, ')
    assert kept.read() == {"a:b": OPEN}


def test_without_its_table_a_process_still_keeps_its_own_breakers() -> None:
    item = Item()
    item.down = True
    kept, clock = circuits(item), FakeClock()
    with pytest.raises(Unavailable):
        kept.read()
    with pytest.raises(Unavailable):
        kept.swap(Circuit("p"), OPEN)
    seen = Watch(kept, clock, HealthPolicy(), lambda: "id")
    assert seen.look() == {}
    seen.report("p", ProviderFailure("timeout", "x"), clock.now())
    assert seen.look()["p"].state == "open"
    item.down = False
    clock.seconds += 6
    assert seen.admit("p")
    assert seen.look() == {}, "what nobody else ever saw is forgotten for what all of them see"
    seen.report("p", ProviderFailure("timeout", "x"), clock.now())
    assert circuits(item).read()["p"].failures == 1
