"""The rules of a breaker, by example and for any sequence of calls of any number of processes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from labverse.adapters.memory_circuits import MemoryCircuits
from labverse.route.breaker import Circuit, HealthPolicy, failed, succeeded
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


class Processes(RuleBasedStateMachine):
    """Three processes over one store; a provider that is up or down, and calls in between."""

    def __init__(self) -> None:
        super().__init__()
        self.clock, self.told = FakeClock(), FakeAnnouncer()
        store = MemoryCircuits()
        self.watches = [Watch(store, self.clock, POLICY, lambda: "id", self.told) for _ in range(3)]
        self.up, self.calls_since_down = True, 0
        self.asked_until = self.clock.now()
        self.under_way: list[datetime] = []

    @rule(who=st.integers(0, 2), retry_after=st.none() | st.floats(0, 100))
    def call(self, who: int, retry_after: float | None) -> None:
        watch = self.watches[who]
        breaker, now = watch.look().get("p"), self.clock.now()
        if breaker is not None and (breaker.state == "open" or not watch.admit("p")):
            return
        assert now >= self.asked_until, "it asked to be left alone until then"
        if breaker is None:
            self.calls_since_down += not self.up
        self.end(who, now, retry_after)

    @rule(who=st.integers(0, 2), retry_after=st.none() | st.floats(0, 100))
    def end_of_an_older_call(self, who: int, retry_after: float | None) -> None:
        if self.under_way:
            self.end(who, self.under_way.pop(), retry_after)

    def end(self, who: int, began: datetime, retry_after: float | None) -> None:
        if self.up:
            self.watches[who].report("p", GOOD, began)
            return
        self.watches[who].report("p", failure("rate_limited", retry_after), began)
        if retry_after is not None:
            asked = self.clock.now() + timedelta(seconds=retry_after)
            self.asked_until = max(self.asked_until, asked)

    @rule()
    def begin_a_long_call(self) -> None:
        if self.watches[0].look() == {}:
            self.under_way.append(self.clock.now())

    @rule()
    def fall_sick(self) -> None:
        if self.up:
            self.up, self.calls_since_down = False, 0

    @rule()
    def recover(self) -> None:
        self.up = True

    @rule(seconds=st.floats(0, 200))
    def wait(self, seconds: float) -> None:
        self.clock.seconds += seconds

    @invariant()
    def a_dead_one_is_called_once_beside_the_trials(self) -> None:
        assert self.calls_since_down <= 1

    @invariant()
    def changes_are_told_once_and_in_turn(self) -> None:
        told = [state for _, state in states(self.told.events)]
        assert told == (["down", "up"] * len(told))[: len(told)]


Processes.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestProcesses = Processes.TestCase
