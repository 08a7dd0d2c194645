"""Kept answers on DynamoDB: found until they expire, bounded in size and time, forgotten by key."""

import io
import threading
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from labverse.adapters.dynamodb_answers import DynamoAnswers
from labverse.adapters.dynamodb_writes import DynamoWrites
from labverse.kernel.errors import Unavailable
from labverse.platform.idempotency import Write
from labverse.route.cached import Forgotten
from tests.unit.adapters.test_aws_adapters import stubbed
from tests.unit.platform.answers_table import AnswersTable

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SOON = NOW + timedelta(hours=1)


@pytest.fixture
def table() -> AnswersTable:
    return AnswersTable()


def answers(table: Any, bound: float = 10) -> DynamoAnswers:
    return DynamoAnswers("t", table, bound)


def test_an_answer_survives_the_table_compressed(table: AnswersTable) -> None:
    text = "Paris, été 🌞 " * 100
    answers(table).keep("mine", "a", text, SOON)
    assert answers(table).recall("mine", "a", NOW) == text
    assert (
        answers(table).recall("yours", "a", NOW) is answers(table).recall("mine", "b", NOW) is None
    )
    (item,) = table.items.values()
    assert len(item["kept"]["B"]) < len(text.encode()) / 10
    assert item["expires_at"] == {"N": str(int(SOON.timestamp()))}


def test_what_dynamodb_has_not_removed_yet_is_gone_all_the_same(table: AnswersTable) -> None:
    answers(table).keep("mine", "a", "Paris", NOW)
    assert table.items
    assert answers(table).recall("mine", "a", NOW) is None


def test_too_large_an_answer_is_not_kept(table: AnswersTable) -> None:
    noise = Random(7).randbytes(400_000).hex()
    answers(table).keep("mine", "a", noise, SOON)
    assert not table.items


def test_a_store_that_fails_is_unavailable_and_logged(
    table: AnswersTable, log: io.StringIO
) -> None:
    table.down = True
    with pytest.raises(Unavailable):
        answers(table).recall("mine", "a", NOW)
    with pytest.raises(Unavailable):
        answers(table).keep("mine", "a", "Paris", SOON)
    with pytest.raises(Unavailable):
        answers(table).forget("mine")
    assert log.getvalue().count("answers not kept") == 2


def test_nobody_waits_for_a_store_that_is_slow(table: AnswersTable) -> None:
    """It would answer only after we gave up: so giving up is all that can end this test."""
    gave_up = threading.Event()

    class Slow:
        def get_item(self, **where: Any) -> Any:
            assert gave_up.wait(30)
            return table.get_item(**where)

    try:
        with pytest.raises(Unavailable):
            answers(Slow(), bound=0.01).recall("mine", "a", NOW)
    finally:
        gave_up.set()


def test_everything_kept_for_a_key_is_forgotten_and_nothing_else(table: AnswersTable) -> None:
    table.page = 20
    writes, now = DynamoWrites("t", table), NOW  # type: ignore[arg-type]
    for number in range(70):
        answers(table).keep("mine", str(number), "Paris", SOON)
    answers(table).keep("yours", "a", "Rome", SOON)
    done, running = Write("mine", "done", "r"), Write("mine", "running", "r")
    for write in (done, running):
        writes.begin(write, "me", now)
    writes.finish(done, "me", "{}", now)
    assert answers(table).forget("mine") == Forgotten(forgotten=71, complete=True)
    assert {name for _, name in table.items} == {"answer#a", "write#running"}
    assert answers(table).forget("mine").forgotten == 0


def test_more_than_one_call_can_do_is_told(
    table: AnswersTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labverse.adapters.dynamodb_answers._MOST_FORGOTTEN", 30)
    table.page = 20
    for number in range(50):
        answers(table).keep("mine", str(number), "Paris", SOON)
    assert answers(table).forget("mine") == Forgotten(forgotten=40, complete=False)
    assert answers(table).forget("mine") == Forgotten(forgotten=10, complete=True)


def test_the_calls_are_ones_that_dynamodb_has() -> None:
    """botocore checks every argument's name and type against the service's model."""
    client, stub = stubbed("dynamodb")
    stub.add_response("put_item", {})
    stub.add_response("get_item", {})
    stub.add_response("query", {"Items": [{"key_id": {"S": "mine"}, "name": {"S": "a"}}]})
    stub.add_response("batch_write_item", {})
    stub.add_response("put_item", {})
    stub.add_response("update_item", {})
    stub.add_client_error("delete_item", "ConditionalCheckFailedException")
    with stub:
        answers(client).keep("mine", "a", "Paris", SOON)
        assert answers(client).recall("mine", "a", NOW) is None
        assert answers(client).forget("mine").forgotten == 1
        writes, write = DynamoWrites("t", client), Write("mine", "done", "r")
        assert writes.begin(write, "me", SOON) is None
        writes.finish(write, "me", "{}", SOON)
        writes.abandon(write, "somebody else")
