"""The rules of a breaker, by example."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from labverse.adapters.memory_circuits import MemoryCircuits
from labverse.route.breaker import Circuit, HealthPolicy, admitted, failed, succeeded
from labverse.route.models import Outcome
from labverse.route.ports import ProviderFailure, Reply
from labverse.route.watch import Watch
from tests.unit.route.fake_means import FakeClock
from tests.unit.route.fakes import TOKENS, FakeAnnouncer

NOW = datetime(2026, 11, 24, tzinfo=UTC)
POLICY = HealthPolicy()
GOOD = Reply(text="x", model="m", tokens=TOKENS, finish="stop")
FAULTS: list[Outcome] = [
    "timeout", "unreachable", "rate_limited", "overloaded", "server_error", "bad_response",
    "truncated", "empty", "quota_exhausted",
]  # fmt: skip
OWN: list[Outcome] = ["rejected", "context_exceeded", "wrong_format", "unauthorized"]


def failure(outcome: Outcome = "server_error", retry_after: float | None = None) -> ProviderFailure:
    return ProviderFailure(outcome, "told to", retry_after=retry_after)


def after(*failures: ProviderFailure) -> list[float]:
    """How long each failure leaves the provider alone; each is of the try after the last one."""
    circuit, now, windows = Circuit("p"), NOW, []
    for one in failures:
        circuit = failed(circuit, one, now, POLICY, now)
        assert circuit.until is not None
        windows.append((circuit.until - now).total_seconds())
        now = circuit.until
    return windows


def test_a_window_doubles_with_each_try_that_failed() -> None:
    assert after(*[failure()] * 7) == [5, 10, 20, 40, 80, 120, 120]


def test_a_quota_is_no_rate() -> None:
    assert after(failure("quota_exhausted"), failure("quota_exhausted")) == [300, 600]
    assert after(failure("rate_limited"), failure("rate_limited")) == [5, 10]


def test_what_it_asks_for_is_kept_up_to_an_hour_and_never_shortens_a_window() -> None:
    assert after(failure("rate_limited", 60)) == [60]
    assert after(failure("rate_limited", 0.5)) == [5]
    assert after(failure("rate_limited", 1e9)) == [3600]


@pytest.mark.parametrize("first", [1, 60])
def test_of_two_times_that_it_asked_for_the_later_one_wins(first: float) -> None:
    second = 61 - first
    circuit = failed(Circuit("p"), failure("rate_limited", first), NOW, POLICY, NOW)
    earlier = NOW - timedelta(seconds=1)
    circuit = failed(circuit, failure("rate_limited", second), NOW, POLICY, earlier)
    assert circuit.until == NOW + timedelta(seconds=60)
    assert circuit.ordered


@pytest.mark.parametrize("asked", [1, 60])
def test_while_it_asks_to_be_left_alone_only_a_try_closes_it(asked: float) -> None:
    """Of a call that had not heard of it; without such a wish, it is our guess that is wrong."""
    unaware = NOW + timedelta(milliseconds=1)
    guess = failed(Circuit("p"), failure(), NOW, POLICY, NOW)
    assert succeeded(guess, unaware).until is None
    wish = failed(guess, failure("rate_limited", asked), NOW, POLICY, unaware)
    assert wish.until is not None
    assert wish.until == NOW + timedelta(seconds=max(asked, POLICY.window_s))
    assert succeeded(wish, unaware) == wish
    assert succeeded(wish, wish.until).until is None


def test_a_call_that_fails_late_is_old_news_once_a_later_one_succeeded() -> None:
    opened = failed(Circuit("p"), failure(), NOW, POLICY, NOW)
    assert opened.until is not None
    well, before = succeeded(opened, opened.until), opened.until - timedelta(seconds=1)
    later = opened.until + timedelta(seconds=20)
    assert failed(well, failure("timeout"), later, POLICY, before) == well
    asked = failed(well, failure("rate_limited", 7), later, POLICY, before)
    assert asked.until == later + timedelta(seconds=7)
    assert failed(well, failure(), later, POLICY, opened.until).failures == 1


def test_who_asks_for_more_time_is_not_blocked_by_a_try_that_was_under_way() -> None:
    opened = failed(Circuit("p"), failure(), NOW, POLICY, NOW)
    assert opened.until is not None
    trying = admitted(opened, opened.until, POLICY)
    assert trying is not None
    told = failed(trying, failure("rate_limited", 6), opened.until, POLICY, NOW)
    assert told.seen(opened.until).until == opened.until + timedelta(seconds=6)
    assert admitted(told, opened.until + timedelta(seconds=6), POLICY) is not None


def test_calls_that_were_under_way_do_not_count_as_tries() -> None:
    opened = failed(Circuit("p"), failure(), NOW, POLICY, NOW)
    before, later = NOW - timedelta(seconds=1), NOW + timedelta(seconds=30)
    unaware = NOW + timedelta(seconds=1)
    for began in (before, unaware):
        assert failed(opened, failure(), later, POLICY, began) == opened
    assert succeeded(opened, before) == opened
    assert succeeded(opened, NOW).until is None


def watch(clock: FakeClock) -> tuple[Watch, FakeAnnouncer]:
    told = FakeAnnouncer()
    return Watch(MemoryCircuits(), clock, POLICY, lambda: "id", told), told


@pytest.mark.parametrize("outcome", FAULTS)
def test_the_first_fault_opens_and_one_success_closes(outcome: Outcome) -> None:
    clock = FakeClock()
    seen, told = watch(clock)
    seen.report("p", failure(outcome), clock.now())
    assert seen.look()["p"].state == "open"
    assert seen.look()["p"].why == outcome
    assert not seen.admit("p")
    clock.seconds += 301
    assert seen.look()["p"].state == "half_open"
    assert seen.admit("p")
    assert not seen.admit("p"), "one tries it for everybody"
    seen.report("p", GOOD, clock.now())
    assert seen.look() == {}
    assert seen.admit("p")
    assert states(told.events) == [("p", "down"), ("p", "up")]


@pytest.mark.parametrize("outcome", OWN)
def test_what_a_request_did_wrong_never_opens_and_proves_that_it_is_alive(
    outcome: Outcome,
) -> None:
    clock = FakeClock()
    seen, told = watch(clock)
    for _ in range(20):
        seen.report("p", failure(outcome), clock.now())
    assert seen.look() == {}
    assert told.events == []
    seen.report("p", failure(), clock.now())
    clock.seconds += 6
    seen.report("p", failure(outcome), clock.now())
    assert seen.look() == {}


def test_who_tries_and_dies_blocks_nobody_for_long() -> None:
    clock = FakeClock()
    seen, _ = watch(clock)
    seen.report("p", failure(), clock.now())
    clock.seconds += 6
    assert seen.admit("p")
    clock.seconds += POLICY.trial_s - 1
    assert not seen.admit("p")
    clock.seconds += 2
    assert seen.admit("p")


def states(events: list[Any]) -> list[tuple[str, str]]:
    return [(event.provider, event.state) for event in events]
