"""Idempotency-Key: which requests are the same, and what becomes of each."""

import io
import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from labverse.adapters.dynamodb_writes import DynamoWrites
from labverse.kernel.errors import Conflict, InvalidInput, Unavailable
from labverse.platform.idempotency import HEADER, Once, Write, run
from tests.unit.platform.answers_table import AnswersTable
from tests.unit.platform.fakes import FakeClock

OK = {"statusCode": 200, "headers": {"x-request-id": "r"}, "body": "{}", "isBase64Encoded": False}


def event(body: str = '{"a": 1, "b": [2]}', path: str = "/things", query: str = "") -> Any:
    http = {"method": "POST", "path": path}
    return {
        "rawPath": path,
        "rawQueryString": query,
        "body": body,
        "requestContext": {"http": http},
    }


def write(body: str = '{"a": 1, "b": [2]}', key: str = "k", name: str = "one") -> Write:
    return Write.of(key, name, event(body))


class Office:
    """One table, a clock, and as many processes as a test wants; `done` counts what was done."""

    def __init__(self) -> None:
        self.table, self.clock, self.done, self.ids = AnswersTable(), FakeClock(), 0, 0

    def once(self) -> Once:
        return Once(DynamoWrites("t", self.table), self.clock, self.new_id)  # type: ignore[arg-type]

    def new_id(self) -> str:
        self.ids += 1
        return str(self.ids)

    def work(self) -> Any:
        self.done += 1
        return {**OK, "body": json.dumps({"number": self.done})}

    def ask(self, asked: Write, work: Callable[[], Any] | None = None) -> Any:
        return self.once()(asked, work or self.work)


@pytest.fixture
def office() -> Office:
    return Office()


def refused(office: Office, asked: Write) -> Conflict:
    with pytest.raises(Conflict) as caught:
        office.ask(asked)
    return caught.value


def test_the_same_again_is_the_first_answer(office: Office) -> None:
    first = office.ask(write())
    again = office.ask(write('{"b":[2],   "a":1}'))
    assert again == {**first, "headers": {**first["headers"], "idempotency-replayed": "true"}}
    assert office.done == 1
    assert "idempotency-replayed" not in first["headers"]


def test_another_body_is_a_conflict_and_another_key_method_or_path_is_not(office: Office) -> None:
    office.ask(write())
    conflict = refused(office, write('{"a": 2}'))
    assert (conflict.extra["state"], conflict.retry_after) == ("other_request", None)
    put = event() | {"requestContext": {"http": {"method": "PUT"}}}
    for other in (
        write(key="another"),
        write(name="two"),
        Write.of("k", "one", event(path="/others")),
        Write.of("k", "one", put),
    ):
        office.ask(other)
    assert office.done == 5
    assert refused(office, Write.of("k", "one", event(query="force=1"))).extra["state"]


def test_while_the_first_runs_the_same_is_told_to_come_back(office: Office) -> None:
    def slow() -> Any:
        for seconds in (0, 29):
            office.clock.seconds += seconds
            conflict = refused(office, write())
            assert (conflict.extra["state"], conflict.retry_after) == ("running", 1)
        assert refused(office, write("{}")).extra["state"] == "other_request"
        return office.work()

    office.ask(write(), slow)
    assert office.done == 1


@pytest.mark.parametrize("status", [400, 402, 403, 429, 500, 503])
def test_what_was_refused_or_failed_may_be_tried_again(status: int, office: Office) -> None:
    assert office.ask(write(), lambda: {**OK, "statusCode": status})["statusCode"] == status
    assert office.ask(write())["statusCode"] == 200

    def failing() -> Any:
        raise Unavailable("no model")

    with pytest.raises(Unavailable):
        office.ask(write(name="two"), failing)
    assert office.ask(write('{"corrected": 1}', name="two"))["statusCode"] == 200


def test_who_dies_holds_it_for_half_a_minute(office: Office) -> None:
    office.once().writes.begin(write(), "dead", office.clock.now())
    office.clock.seconds += 29.9
    assert refused(office, write()).extra["state"] == "running"
    office.clock.seconds += 1.1
    assert office.ask(write())["statusCode"] == 200


def test_who_was_thought_dead_changes_nothing_of_who_came_after(office: Office) -> None:
    writes = office.once().writes
    writes.begin(write(), "slow", office.clock.now())
    office.clock.seconds += 31
    first = office.ask(write())
    writes.abandon(write(), "slow")
    with pytest.raises(Conflict):
        writes.finish(write(), "slow", "{}", office.clock.now())
    assert office.ask(write())["body"] == first["body"]


def test_a_claim_that_the_sdk_sends_twice_is_still_ours(office: Office) -> None:
    writes = office.once().writes
    assert writes.begin(write(), "me", office.clock.now()) is None
    assert writes.begin(write(), "me", office.clock.now()) is None
    assert writes.begin(write(), "you", office.clock.now()) is not None


def test_after_a_day_it_is_forgotten(office: Office) -> None:
    office.ask(write())
    office.clock.seconds += 86_399
    assert office.ask(write())["headers"]["idempotency-replayed"] == "true"
    office.clock.seconds += 2
    office.ask(write('{"a": 2}'))
    assert office.done == 2


def test_an_answer_that_is_too_large_is_done_once_all_the_same(office: Office) -> None:
    noise = Random(7).randbytes(400_000).hex()
    office.ask(write(), lambda: {**OK, "body": noise})
    assert refused(office, write()).extra["state"] == "not_kept"
    assert office.done == 0


def test_where_nothing_can_be_remembered_nothing_is_done(office: Office) -> None:
    office.table.down = True
    with pytest.raises(Unavailable):
        office.ask(write())
    assert office.done == 0


def test_a_paid_answer_is_given_even_if_it_cannot_be_kept(office: Office, log: io.StringIO) -> None:
    def lost(status: int) -> Any:
        office.table.down = True
        return {**office.work(), "statusCode": status}

    for status in (200, 503):
        office.table.down = False
        name = str(status)
        assert office.ask(write(name=name), lambda: lost(status))["statusCode"] == status  # noqa: B023
    assert "write not kept" in log.getvalue()
    assert "write not freed" in log.getvalue()


@pytest.mark.parametrize("value", ["", "x" * 256, "é", "a\tb", "a\nb", "\x7f"])
def test_an_unusable_header_is_named(value: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Write.of("k", value, event())
    assert [field.field for field in caught.value.fields] == ["Idempotency-Key"]


def test_every_printable_header_is_taken() -> None:
    names = {Write.of("k", value, event()).name for value in ("~" * 255, '"quoted"', " ")}
    assert len(names) == 3


def test_a_deployment_that_keeps_nothing_says_so() -> None:
    with pytest.raises(InvalidInput, match=r"Idempotency-Key: .*store_answers"):
        run(None, write(), lambda: OK)


def test_the_table_holds_neither_the_request_nor_the_name(office: Office) -> None:
    office.ask(write('{"text": "the plan of Mrs Smith"}', name="mrs-smith-7"))
    assert "smith" not in str(office.table.items).lower()
    assert HEADER == "idempotency-key"
