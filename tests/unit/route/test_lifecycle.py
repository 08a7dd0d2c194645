"""Aliases outlive models: what each means depends on the day, and on nothing else."""

from datetime import date

import pytest

from labverse.route.config import RouteConfig
from labverse.route.lifecycle import dead, resolve
from tests.unit.route.fakes import ASK, CONFIG, RAW, World


@pytest.mark.parametrize(
    ("day", "model"),
    [(date(2026, 5, 31), "alpha-1"), (date(2026, 6, 1), "alpha-2"), (date(2030, 1, 1), "alpha-2")],
)
def test_a_retired_model_gives_way_on_the_day(day: date, model: str) -> None:
    resolved = resolve(CONFIG, "first", day)
    assert resolved.model_id == model
    assert (resolved.warning is None) == (model == "alpha-1")


def test_a_chain_without_a_live_model_is_dead() -> None:
    assert dead(CONFIG, date(2026, 12, 31)) == []
    assert dead(CONFIG, date(2027, 1, 1)) == ["third"]


def test_a_ring_of_successors_ends() -> None:
    models = {**RAW["models"], "alpha-2": {**RAW["models"]["alpha-1"], "successor": "alpha-1"}}
    ring = RouteConfig.model_validate({**RAW, "models": models})
    assert resolve(ring, "first", date(2026, 6, 1)).model is None


def test_the_router_asks_what_is_alive_today_and_says_what_is_not() -> None:
    world = World()
    world.clock.day = world.clock.day.replace(year=2027, month=2)
    answer = world.router.answer(ASK)
    assert answer.model == "alpha-2-really"
    assert ("third", "retired, and so are its successors") in {
        (refused.model, refused.reason) for refused in answer.refused
    }
