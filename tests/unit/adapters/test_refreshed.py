"""A value read in the background: who waits, who does not, and what a failure changes."""

from collections.abc import Iterator
from threading import Event, Thread

import pytest

from labverse.adapters.refreshed import Refreshed
from labverse.kernel.errors import Unavailable
from tests.unit.route.fake_means import FakeClock

_LONG = 20.0


class Source:
    """Tells how often it was read, once its gate is open."""

    def __init__(self) -> None:
        self.reads, self.gate, self.done = 0, Event(), Event()
        self.down = False
        self.gate.set()

    def read(self) -> int:
        self.reads += 1
        reads = self.reads
        assert self.gate.wait(_LONG)
        self.done.set()
        if self.down:
            raise Unavailable("not today")
        return reads


@pytest.fixture
def source() -> Iterator[Source]:
    made = Source()
    yield made
    made.gate.set()


def refreshed(source: Source, clock: FakeClock, patience: float = _LONG) -> Refreshed[int]:
    return Refreshed(source.read, 0, clock, seconds=2, patience=patience)


def settled(told: Refreshed[int], value: int, clock: FakeClock) -> bool:
    """Whether the value becomes at least that one, in real time and before long."""
    for _ in range(4000):
        clock.seconds += 2
        if told.value() >= value:
            return True
        Event().wait(0.005)
    return False


def test_the_first_waits_and_a_fresh_value_is_read_once(source: Source) -> None:
    told = refreshed(source, FakeClock())
    assert [told.value() for _ in range(5)] == [1] * 5
    assert source.reads == 1


def test_an_old_value_is_told_while_one_thread_reads_the_next(source: Source) -> None:
    clock = FakeClock()
    told = refreshed(source, clock)
    assert told.value() == 1
    source.gate.clear()
    clock.seconds += 2
    asking = [Thread(target=told.value) for _ in range(8)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join(_LONG)
        assert not thread.is_alive(), "nobody waits for the next value"
    assert source.reads == 2, "one thread reads, however many ask"
    source.gate.set()
    assert settled(told, 2, clock)


def test_the_first_does_not_wait_for_ever(source: Source) -> None:
    source.gate.clear()
    clock = FakeClock()
    told = refreshed(source, clock, patience=0.01)
    assert told.value() == 0
    source.gate.set()
    assert settled(told, 1, clock)


def test_after_a_long_pause_the_first_waits_again(source: Source) -> None:
    clock = FakeClock()
    told = refreshed(source, clock)
    for reads in range(1, 4):
        assert told.value() == reads, "nobody is told what was true before the pause"
        clock.seconds += 60


def test_nobody_waits_twice_for_what_cannot_be_read(source: Source) -> None:
    source.gate.clear()
    clock = FakeClock()
    told = refreshed(source, clock, patience=0.01)
    for _ in range(3):
        clock.seconds += 60
        assert told.value() == 0
    assert source.reads == 1


def test_a_failure_leaves_the_value_and_is_tried_again_later(source: Source) -> None:
    clock = FakeClock()
    told = refreshed(source, clock)
    assert told.value() == 1
    source.down, source.done = True, Event()
    clock.seconds += 2
    assert told.value() == 1
    assert source.done.wait(_LONG)
    assert told.value() == 1
    source.down = False
    assert settled(told, 3, clock)
