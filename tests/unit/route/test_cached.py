"""Answers that are kept: for whom, for which work, for how long, and at what price."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.kernel.errors import InvalidInput
from labverse.route.cached import SAID, named
from labverse.route.chat import Chat
from labverse.route.models import AnalyzeRequest, Work
from tests.unit.route.desk import HOUR, Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_same_work_is_answered_again_for_nothing(desk: Desk) -> None:
    first, again = desk.ask("one"), desk.ask("two")
    assert (first.cached, again.cached) == (False, True)
    assert (again.text, again.model, again.tokens) == (first.text, first.model, first.tokens)
    assert first.cost_usd > again.cost_usd == 0
    assert (again.attempts, again.refused, again.budget) == ([], [], None)
    assert (again.trace_id, again.latency_ms, again.sla_met) == ("two", 0, True)
    assert len(desk.world.recorder.spans) == 1
    assert [event.trace_id for event in desk.bus.events] == ["one"]


def test_who_does_not_ask_for_it_neither_takes_nor_leaves_an_answer(desk: Desk) -> None:
    desk.ask()
    assert not desk.ask(cache_seconds=None).cached
    assert desk.answers.asked == ["recall", "keep"]


def test_another_key_never_gets_it(desk: Desk) -> None:
    desk.ask()
    desk.answers.texts |= {("yours", name): text for (_, name), text in desk.answers.texts.items()}
    assert not desk.ask(key_id="yours").cached, "not even where the store mixes keys up"


def test_work_without_a_key_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match=r"cache_seconds: .*without"):
        desk.ask(key_id="none")
    assert desk.world.recorder.spans == []


def test_it_is_no_older_than_the_asker_allows(desk: Desk) -> None:
    desk.ask(cache_seconds=HOUR)
    desk.world.clock.seconds += 60
    assert desk.ask(cache_seconds=60).cached, "it was answered 59.9 s ago"
    desk.world.clock.seconds += 1
    assert not desk.ask(cache_seconds=60).cached
    desk.world.clock.seconds += 61
    assert desk.ask(cache_seconds=62).cached, "the newer one took its place"


def test_it_is_kept_as_long_as_its_own_request_allowed(desk: Desk) -> None:
    desk.ask(cache_seconds=90)
    assert desk.answers.until == [desk.world.clock.now() + timedelta(seconds=90)]


@pytest.mark.parametrize(
    "other",
    [
        {"text": "Capital? "},
        {"task_class": "creative"},
        {"max_output_tokens": 17},
        {"model": "first"},
    ],
)
def test_whatever_a_model_is_told_makes_another_answer(other: dict[str, Any], desk: Desk) -> None:
    desk.ask()
    assert not desk.ask(**other).cached


CHAT = Chat.of("Capital?")
WORK = Work(chat=CHAT, key_id="mine", cache_seconds=HOUR)


@pytest.mark.parametrize(
    "other",
    [
        WORK.model_copy(update={"temperature": 0.1}),
        WORK.model_copy(update={"key_id": "yours"}),
        WORK.model_copy(update={"chat": CHAT.model_copy(update={"seed": 7})}),
        WORK.model_copy(update={"chat": CHAT.model_copy(update={"stop": ("x",)})}),
        WORK.model_copy(update={"chat": CHAT.model_copy(update={"json_schema": {}})}),
    ],
)
def test_other_work_has_another_name(other: Work) -> None:
    assert named(other, "c") != named(WORK, "c") != named(WORK, "d")


def test_every_member_of_work_was_thought_of() -> None:
    """One that is new either makes another answer, or is one of these."""
    beside = {"max_latency_ms", "max_cost_usd", "cache_seconds", "key_id"}
    assert Work.model_fields.keys() - beside == SAID


LIMIT = st.none() | st.integers(1, 3)


@given(LIMIT, LIMIT, LIMIT, LIMIT)
def test_an_answer_serves_whoever_allows_no_more_than_its_own_request(
    latency: int | None, cost: int | None, other_latency: int | None, other_cost: int | None
) -> None:
    desk = Desk()
    desk.ask(max_latency_ms=_ms(latency), max_cost_usd=_usd(cost))
    asked: dict[str, Any] = {"max_latency_ms": _ms(other_latency), "max_cost_usd": _usd(other_cost)}
    most = 4
    served = (other_latency or most) <= (latency or most) and (other_cost or most) <= (cost or most)
    assert desk.ask(**asked).cached == served


def _ms(limit: int | None) -> int | None:
    return limit and 5000 * limit


def _usd(limit: int | None) -> Decimal | None:
    return None if limit is None else Decimal(limit) / 100


def test_another_config_finds_nothing(desk: Desk) -> None:
    desk.ask()
    assert not desk.task("config 2")(
        AnalyzeRequest(text="Capital?", cache_seconds=9), "t", "mine"
    ).cached
