"""Aliases outlive models: what each means depends on the day, and on nothing else."""

from datetime import date

import pytest

from infra_cdk.constructs.layer import route_config
from labverse.route.config import RouteConfig
from labverse.route.lifecycle import dead, endings, resolve, warning
from tests.unit.route.fakes import ASK, CONFIG, RAW, World


@pytest.mark.parametrize(
    ("day", "model"),
    [(date(2026, 5, 31), "alpha-1"), (date(2026, 6, 1), "alpha-2"), (date(2030, 1, 1), "alpha-2")],
)
def test_a_retired_model_gives_way_on_the_day(day: date, model: str) -> None:
    resolved = resolve(CONFIG, "first", day)
    assert resolved.model_id == model
    told = warning(CONFIG, resolved, day, 0)
    assert (told is None) == (model == "alpha-1")


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


def test_a_model_that_ends_soon_is_told_on_the_day_and_not_before() -> None:
    assert endings(CONFIG, date(2026, 4, 1), 60) == []
    (soon,) = endings(CONFIG, date(2026, 4, 2), 60)
    assert (soon.alias, soon.model, soon.retires) == ("first", "alpha-1", date(2026, 6, 1))
    assert (soon.days_left, soon.successor) == (60, "alpha-2")
    assert [one.days_left for one in endings(CONFIG, date(2026, 5, 31), 60)] == [1]
    assert endings(CONFIG, date(2026, 6, 1), 60) == []


def test_gpt_4o_mini_is_told_of_on_the_day_this_was_written() -> None:
    (soon,) = endings(route_config(), date(2026, 11, 24), 60)
    assert (soon.model, soon.days_left, soon.successor) == ("gpt-4o-mini", 51, "gpt-6-luna")


def test_one_that_nothing_follows_says_what_to_do() -> None:
    day = date(2026, 12, 1)
    (soon,) = endings(CONFIG, day, 60)
    assert (soon.model, soon.successor) == ("gamma-1", None)
    told = warning(CONFIG, resolve(CONFIG, "third", day), day, 60)
    assert told == (
        "third: gamma-1 retires on 2027-01-01, in 31 days; nothing answers in its place: name a "
        "successor in config/ai_providers.yaml"
    )
    gone = warning(CONFIG, resolve(CONFIG, "third", date(2027, 1, 1)), date(2027, 1, 1), 60)
    assert gone == "third: gamma-1 is retired and so are its successors"


def test_a_successor_that_ends_too_is_both() -> None:
    models = {**RAW["models"], "alpha-2": {**RAW["models"]["alpha-2"], "retires": "2026-08-01"}}
    config = RouteConfig.model_validate({**RAW, "models": models})
    told = warning(config, resolve(config, "first", date(2026, 7, 1)), date(2026, 7, 1), 60)
    assert told is not None
    assert "alpha-1 is retired; alpha-2 answers instead; alpha-2 retires on 2026-08-01" in told


def test_aliases_of_one_model_tell_of_it_once() -> None:
    aliases = {**RAW["aliases"], "second": "alpha-1"}
    config = RouteConfig.model_validate({**RAW, "aliases": aliases})
    assert [one.alias for one in endings(config, date(2026, 5, 1), 60)] == ["first"]
