"""What is learnt: alone and with others, and forgotten when it is old."""

from collections.abc import Sequence
from threading import Thread

import pytest

from labverse.kernel.errors import Unavailable
from labverse.route import tally
from labverse.route.counters import Counts
from labverse.route.experience import Experience
from labverse.route.latency import NOTHING
from labverse.route.tally import Tally
from tests.unit.route.candidates import candidate
from tests.unit.route.fake_means import FakeClock

MODEL = candidate(model="odd|name:1")


class FakeCounters:
    def __init__(self) -> None:
        self.items: dict[str, dict[str, int]] = {}
        self.until: dict[str, int] = {}
        self.down = False

    def add(self, item: str, counts: Counts, until: int) -> None:
        if self.down:
            raise Unavailable("no counters today")
        there = self.items.setdefault(item, {})
        self.until[item] = until
        for name, count in counts.items():
            there[name] = there.get(name, 0) + count

    def read(self, items: Sequence[str]) -> list[Counts]:
        if self.down:
            raise Unavailable("no counters today")
        return [dict(self.items.get(item, {})) for item in items]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_nothing_is_known_of_a_new_model(clock: FakeClock) -> None:
    assert Experience(clock.now).of(MODEL, "default", 512) == NOTHING


def test_answers_tell_times_and_lengths_of_their_class(clock: FakeClock) -> None:
    learnt = Experience(clock.now)
    for _ in range(10):
        learnt.answered(MODEL, "default", 0.5, 100)
    known = learnt.of(MODEL, "default", 512)
    assert known.latency.calls == 10
    assert known.latency.quantile(0.95) == pytest.approx(0.5, rel=0.3)
    assert known.output.mean == pytest.approx(100, rel=0.13)
    assert learnt.likely_output(MODEL.model, "default") == pytest.approx(112, rel=0.13)
    assert learnt.likely_output(MODEL.model, "critical") is None
    other_class = learnt.of(MODEL, "critical", 512)
    assert other_class.latency.calls == 10, "how quick it is, another class tells too"
    assert other_class.output.answers == 0
    assert learnt.overall(MODEL.model).calls == 10


def test_a_call_that_was_cut_took_longer_than_its_time(clock: FakeClock) -> None:
    learnt = Experience(clock.now)
    for _ in range(10):
        learnt.cut(MODEL, "default", 0.9)
    assert learnt.of(MODEL, "default", 512).latency.within(1.2) < 0.4


def test_an_hour_fades_and_then_is_forgotten(clock: FakeClock) -> None:
    learnt = Experience(clock.now)
    for _ in range(8):
        learnt.answered(MODEL, "default", 9.0, 10)
    calls = []
    for _ in range(5):
        calls.append(learnt.of(MODEL, "default", 512).latency.calls)
        clock.seconds += 1800
    assert calls == [8, 8, 8, 4, 0]


def test_what_one_process_learnt_the_others_know_and_none_counts_twice(clock: FakeClock) -> None:
    counters = FakeCounters()
    one, two = Experience(clock.now), Experience(clock.now)
    for learnt, times in ((one, 3), (two, 4)):
        for _ in range(times):
            learnt.answered(MODEL, "default", 0.5, 100)
    for learnt in (one, two, one, two):
        learnt.sync(counters)
    clock.seconds += 1
    for learnt in (one, two, Experience(clock.now)):
        learnt.sync(counters)
        assert learnt.of(MODEL, "default", 512).latency.calls == 7
        assert learnt.likely_output(MODEL.model, "default") is not None
    assert max(counters.until.values()) == int(clock.now().timestamp()) - 1 + 3 * 3600


def test_counts_that_could_not_be_added_are_lost_and_the_rest_goes_on(clock: FakeClock) -> None:
    counters, learnt = FakeCounters(), Experience(clock.now)
    learnt.answered(MODEL, "default", 0.5, 100)
    counters.down = True
    with pytest.raises(Unavailable):
        learnt.sync(counters)
    counters.down = False
    learnt.answered(MODEL, "default", 0.5, 100)
    learnt.sync(counters)
    assert learnt.of(MODEL, "default", 512).latency.calls == 1


def test_tallies_of_a_month_add_up_over_processes(clock: FakeClock) -> None:
    counters = FakeCounters()
    one, two = Experience(clock.now), Experience(clock.now)
    for learnt in (one, one, two):
        learnt.came_to("default", MODEL.model, Tally(attempts=1, answered=1, micro_usd=7))
    one.sync(counters)
    two.sync(counters)
    kept = tally.tallies(counters.items[tally.item("2026-01")])
    assert kept == {("default", MODEL.model): Tally(attempts=3, answered=3, micro_usd=21)}


def test_many_threads_lose_nothing(clock: FakeClock) -> None:
    learnt = Experience(clock.now)

    def work() -> None:
        for _ in range(500):
            learnt.answered(MODEL, "default", 0.5, 100)

    threads = [Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert learnt.of(MODEL, "default", 512).latency.calls == 4000
