"""Whole runs of the bandit: what it earns while it learns, and how far its numbers hold."""

import pytest

from labverse.upsell.policy import Rules
from tests.unit.upsell.worlds import Run, World

# What each world is, the least share of the way to an oracle, the largest miscalibration.
WORLDS = {
    "offers at different prices": (World(), 0.92, 0.06),
    "a reward in thirty": (World(base=-3.5), 0.89, 0.06),
    "twelve offers": (World(offers=12, scale=0.8), 0.87, 0.15),
    "sizes that vary": (World(noise=1.0), 0.87, 0.06),
    "taste that changes": (World(moves=True), 0.88, 0.15),
}


@pytest.fixture(scope="module", params=WORLDS)
def ran(request: pytest.FixtureRequest) -> tuple[Run, float, float]:
    world, least, largest = WORLDS[request.param]
    return world.run(Rules(), seed=4) + world.run(Rules(), seed=5), least, largest


def test_most_of_what_an_oracle_gains_is_gained(ran: tuple[Run, float, float]) -> None:
    run, least, _ = ran
    assert run.gained() >= least


def test_confidence_is_right_about_as_often_as_it_says(ran: tuple[Run, float, float]) -> None:
    run, _, largest = ran
    assert run.miscalibration() <= largest


def test_what_is_expected_comes(ran: tuple[Run, float, float]) -> None:
    assert ran[0].promised() == pytest.approx(1.0, abs=0.2)
