"""What following the advice is worth, on portfolios whose true response is known."""

from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from labverse.revenue.optimize import allocate
from labverse.revenue.plan import Plan
from tests.unit.revenue.portfolios import Portfolio, World, portfolio

WORLDS = (
    World(120, 0.05, "times", 0.3),
    World(120, 0.15, "times", 0.3),
    World(180, 0.15, "plus", 0.3),
    World(90, 0.30, "times", 0.3),
    World(52, 0.10, "times", 0.5),
    World(60, 0.10, "times", 0.15),
    World(120, 0.15, "times", 0.3, organic=0.7),
)
EACH = 50


class Outcome(NamedTuple):
    """What a plan brought: all in true revenue."""

    plan: Plan
    before: float
    after: float
    same_mix: float
    best: float


def followed(given: Portfolio) -> Outcome:
    plan = allocate(given.history, float(given.spend.sum()))
    after, mix = (
        given.revenue(np.array([getattr(one, name) for one in plan.channels]))
        for name in ("recommended", "same_mix")
    )
    return Outcome(plan, given.revenue(given.spend), after, mix, given.best())


@cache
def outcomes() -> list[Outcome]:
    return [followed(portfolio(seed, world)) for world in WORLDS for seed in range(EACH)]


def test_hardly_any_move_loses_money() -> None:
    moves = [one for one in outcomes() if one.plan.status == "move"]
    assert len(moves) > 0.8 * len(outcomes())
    assert np.mean([one.after < one.before for one in moves]) <= 0.02
    assert np.mean([one.after < one.same_mix for one in moves]) <= 0.02


def test_advice_is_worth_most_of_what_there_is() -> None:
    uplift = np.mean([one.after / one.before - 1 for one in outcomes()])
    possible = np.mean([one.best / one.before - 1 for one in outcomes()])
    assert uplift >= 0.08
    assert uplift >= 0.7 * possible


def test_the_interval_holds_what_comes() -> None:
    held = [
        one.plan.low <= one.after - one.same_mix <= one.plan.high
        for one in outcomes()
        if one.plan.status == "move"
    ]
    assert np.mean(held) >= 0.85


def test_every_plan_spends_the_budget_within_the_trust_region() -> None:
    for one in outcomes():
        plan = one.plan
        assert sum(plan.allocation.values()) + plan.unspent == pytest.approx(plan.budget)
        for channel in plan.channels:
            share = channel.recommended / channel.same_mix
            assert 0.25 - 1e-9 <= share <= 3 + 1e-9
        assert plan.probability_of_loss <= 0.025


def test_noise_alone_moves_nothing() -> None:
    """Revenue that has nothing to do with spend: a move would be read out of chance."""
    moved = 0
    for seed in range(40):
        given = portfolio(seed, World(90, 0.1, "times", 0.3))
        history = given.history.assign(
            revenue=np.random.default_rng(seed).lognormal(7, 0.2, len(given.history))
        )
        moved += allocate(history, float(given.spend.sum())).status == "move"
    assert moved <= 2
