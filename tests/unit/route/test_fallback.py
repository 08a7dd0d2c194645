"""The local model runs while it is wanted, in whatever order and however often events come."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.kernel.errors import Unavailable
from labverse.route.fallback import Capacity, Fleet, Scaler, desired
from labverse.route.settings import FallbackService
from tests.unit.route.fake_means import FakeClock

NOW = FakeClock().now()
SERVICE = FallbackService(cluster="c", service="s", minimum=0, maximum=2)
minutes = st.integers(-90, 90).map(lambda number: NOW + timedelta(minutes=number))
wishes = st.builds(Capacity, wanted_until=minutes, on_demand_until=minutes)


class Crash(Exception):
    """The function ended here, as if the machine had."""


@dataclass
class World:
    """A store and a service. `before` runs ahead of every step that any scaler takes."""

    kept: Capacity = field(default_factory=Capacity)
    fleet: Fleet = field(default_factory=lambda: Fleet(tasks=0, on_demand=False))
    before: Iterator[Callable[[], None]] = field(default_factory=lambda: iter(()))
    told: int = 0

    def step(self) -> None:
        next(self.before, lambda: None)()

    def raise_to(self, wish: Capacity) -> None:
        self.step()
        self.kept = later(self.kept, wish)

    def read(self) -> Capacity:
        self.step()
        return self.kept

    def follow(self, wanted: Fleet) -> None:
        """As ECS: asked what it has, and told only where that differs; others come in between."""
        self.step()
        if self.fleet != wanted:
            self.step()
            self.fleet = wanted
            self.told += 1

    def scaler(self) -> Scaler:
        return Scaler(self, self, SERVICE, FakeClock())


def later(one: Capacity, other: Capacity) -> Capacity:
    return Capacity(
        wanted_until=max(one.wanted_until, other.wanted_until),
        on_demand_until=max(one.on_demand_until, other.on_demand_until),
    )


def all_of(found: list[Capacity]) -> Capacity:
    kept = Capacity()
    for wish in found:
        kept = later(kept, wish)
    return kept


@pytest.mark.parametrize(
    ("wanted", "on_demand", "expected"),
    [(-1, -1, (0, False)), (1, -1, (2, False)), (0, 0, (0, False)), (1, 1, (2, True))],
)
def test_it_runs_until_then_and_not_after(
    wanted: int, on_demand: int, expected: tuple[int, bool]
) -> None:
    capacity = Capacity(
        wanted_until=NOW + timedelta(seconds=wanted),
        on_demand_until=NOW + timedelta(seconds=on_demand),
    )
    fleet = desired(capacity, SERVICE, NOW)
    assert (fleet.tasks, fleet.on_demand) == expected


@given(st.lists(wishes, max_size=6), st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(found: list[Capacity], chance: object) -> None:
    shuffled = [*found, *found]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    world = World()
    for wish in shuffled:
        world.scaler()(wish)
    assert world.kept == all_of(found)
    assert world.fleet == desired(all_of(found), SERVICE, NOW)


@given(st.lists(st.tuples(st.integers(0, 9), wishes), min_size=1, max_size=4), wishes)
def test_calls_at_once_end_in_what_all_of_them_want(
    others: list[tuple[int, Capacity]], first: Capacity
) -> None:
    """Others run, whole, before any step of the first; and between theirs, still others."""
    world = World()
    steps: list[Callable[[], None]] = []
    for pause, wish in others:
        steps += [lambda: None] * pause
        steps.append(lambda wish=wish: world.scaler()(wish))  # type: ignore[misc]
    world.before = iter(steps)
    world.scaler()(first)
    for left in list(world.before):  # those for whom the first was over too soon
        left()
    assert world.fleet == desired(all_of([first, *(wish for _, wish in others)]), SERVICE, NOW)


@given(wishes, st.integers(0, 6))
def test_a_crash_anywhere_is_mended_by_the_next_try(wish: Capacity, at: int) -> None:
    def crash() -> None:
        raise Crash

    world = World(before=iter([*[lambda: None] * at, crash]))
    try:
        world.scaler()(wish)
    except Crash:
        world.scaler()(wish)
    assert world.fleet == desired(later(wish, Capacity()), SERVICE, NOW)


def test_a_tick_that_read_too_early_does_not_undo_an_event() -> None:
    """Without reading again, the tick would send home what the event just called."""
    world = World(fleet=Fleet(tasks=2, on_demand=False))
    wish = Capacity(wanted_until=NOW + timedelta(minutes=1))
    steps: list[Callable[[], None]] = [lambda: None, lambda: world.scaler()(wish)]
    world.before = iter(steps)
    world.scaler()(Capacity())
    assert world.fleet.tasks == 2


def test_what_fits_is_left_alone() -> None:
    world = World()
    world.scaler()(Capacity())
    assert world.told == 0


def test_wishes_without_end_are_given_up_and_tried_again() -> None:
    world = World()

    def wish_more() -> Iterator[Callable[[], None]]:
        for number in range(100):
            until = NOW + timedelta(minutes=number)
            yield lambda until=until: setattr(world, "kept", Capacity(wanted_until=until))  # type: ignore[misc]

    world.before = wish_more()
    with pytest.raises(Unavailable):
        world.scaler()(Capacity())


def test_spot_full_and_back() -> None:
    """On-demand while Spot had no room, and Spot again when that time is over."""
    clock, world = FakeClock(), World()
    scaler = Scaler(world, world, SERVICE, clock)
    scaler(Capacity(on_demand_until=clock.now() + timedelta(minutes=60)))
    assert world.fleet.on_demand
    clock.seconds += 3600
    scaler(Capacity())
    assert not world.fleet.on_demand
    assert datetime(1970, 1, 1, tzinfo=UTC) < world.kept.on_demand_until
