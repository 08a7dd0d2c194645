"""The rules of a breaker, for any sequence of calls of several processes."""

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from labverse.adapters.memory_circuits import MemoryCircuits
from labverse.route.health import Breaker
from labverse.route.watch import Watch
from tests.unit.route.fake_means import FakeClock
from tests.unit.route.fakes import FakeAnnouncer
from tests.unit.route.test_breaker import GOOD, POLICY, failure, states

WELL = Breaker("p")


class Processes(RuleBasedStateMachine):
    """Three processes over one store; a provider that is up or down, and calls in between."""

    def __init__(self) -> None:
        super().__init__()
        self.clock, self.told = FakeClock(), FakeAnnouncer()
        self.store = MemoryCircuits()
        self.tries, store = 0, self.store
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
            self.tries = 0
        else:
            self.tries += 1
        self.end(who, now, retry_after)

    @rule(who=st.integers(0, 2), retry_after=st.none() | st.floats(0, 100))
    def call_of_a_process_that_has_not_looked(self, who: int, retry_after: float | None) -> None:
        if self.watches[who].look().get("p", WELL).state == "open":
            self.end(who, self.clock.now(), retry_after)

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
    def only_tries_that_failed_make_a_window_longer(self) -> None:
        circuit = self.store.known().get("p")
        assert circuit is None or circuit.failures <= 1 + self.tries

    @invariant()
    def changes_are_told_once_and_in_turn(self) -> None:
        told = [state for _, state in states(self.told.events)]
        assert told == (["down", "up"] * len(told))[: len(told)]


Processes.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestProcesses = Processes.TestCase
