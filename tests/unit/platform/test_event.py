"""An event is handled, tried again or kept; it is never lost."""

import io
from typing import Any

import pytest

from labverse.kernel.errors import Conflict, Unavailable
from labverse.kernel.model import Model
from labverse.platform.event import Consumer, Envelope, parsed, reacting
from tests.unit.platform.fakes import FakeLetters

EVENT: dict[str, Any] = {
    "version": "0",
    "id": "e-1",
    "source": "labverse.route",
    "detail-type": "SomethingHappened",
    "account": "123456789012",
    "time": "2026-01-01T00:00:00Z",
    "region": "us-east-1",
    "resources": [],
    "detail": {"what": "x"},
}


class Something(Model):
    what: str


def test_a_use_case_gets_the_event_and_its_detail() -> None:
    seen: list[tuple[str, str, str]] = []

    def use_case(envelope: Envelope) -> None:
        seen.append((envelope.id, envelope.detail_type, parsed(envelope, Something).what))

    letters = FakeLetters()
    Consumer("c", letters).take(EVENT, use_case)
    assert seen == [("e-1", "SomethingHappened", "x")]
    assert letters.kept == []


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (EVENT, Conflict("somebody was first")),
        (EVENT, KeyError("a fault of ours, with a secret in its message")),
        ({**EVENT, "detail": {"what": 5}}, None),
        ({"detail": {}}, None),
        ({}, None),
    ],
)
def test_what_will_not_pass_is_kept_whole(
    event: dict[str, Any],
    error: Exception | None,
    log: io.StringIO,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def use_case(envelope: Envelope) -> None:
        parsed(envelope, Something)
        if error:
            raise error

    letters = FakeLetters()
    Consumer("labverse-dev-c", letters).take(event, use_case)
    (letter,) = letters.kept
    assert (letter.kind, letter.consumer, letter.event) == ("unhandled", "labverse-dev-c", event)
    assert letter.error == (type(error).__name__ if error else "ValidationError")
    assert "a secret in its message" not in log.getvalue()
    assert "EventsBuried" in capsys.readouterr().out


def test_what_may_pass_is_raised_so_that_lambda_tries_again() -> None:
    def use_case(_: Envelope) -> None:
        raise Unavailable("not now")

    letters = FakeLetters()
    with pytest.raises(Unavailable, match="not now"):
        Consumer("c", letters).take(EVENT, use_case)
    assert letters.kept == []


def test_a_letter_that_cannot_be_kept_is_raised_too() -> None:
    with pytest.raises(Unavailable, match="letter"):
        Consumer("c", FakeLetters(down=True)).take({}, lambda _: None)


def test_every_reaction_has_its_turn_though_one_before_it_fails() -> None:
    seen: list[str] = []

    def down(envelope: Envelope) -> None:
        seen.append("down")
        raise Unavailable("not today")

    take = reacting(
        Consumer("c", FakeLetters()),
        {"SomethingHappened": [down, lambda envelope: seen.append(envelope.id)]},
    )
    with pytest.raises(Unavailable):
        take(EVENT, None)
    assert seen == ["down", "e-1"]


def test_a_type_without_a_reaction_is_kept() -> None:
    letters = FakeLetters()
    reacting(Consumer("c", letters), {"Other": []})(EVENT, None)
    assert [letter.error for letter in letters.kept] == ["InvalidInput"]
