"""Plans: by the margin and not the average, honest about thin data, deaf to what is beside it."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from labverse.kernel.errors import InvalidInput
from labverse.revenue.config import AllocationLimits, RevenuePolicy
from labverse.revenue.optimize import allocate
from labverse.revenue.plan import Plan
from labverse.revenue.response import fit
from tests.unit.revenue.portfolios import World, frame, portfolio

POLICY = Path(__file__).parents[3] / "config/policy/revenue.json"


def two_channels(noise: float = 0.05, periods: int = 120, spread: float = 0.3) -> pd.DataFrame:
    """channel-0 returns most per dollar but is saturated; channel-1 less, and still grows."""
    rng = np.random.default_rng(5)
    spend = np.array([1000.0, 1000.0]) * rng.lognormal(0, spread, (periods, 2))
    truth = np.stack(
        [9000 * spend[:, 0] / (100 + spend[:, 0]), 20000 * spend[:, 1] / (4000 + spend[:, 1])], 1
    )
    return frame(spend, truth * rng.lognormal(0, noise, truth.shape))


def test_the_margin_decides_and_not_the_average() -> None:
    plan = allocate(two_channels(), 2000)
    saturated, growing = plan.channels
    assert plan.status == "move"
    assert saturated.recommended < saturated.same_mix
    assert growing.recommended > growing.same_mix
    assert saturated.marginal_before is not None
    assert growing.marginal_before is not None
    # The truth at today's split: 0.74 and 3.2.
    assert saturated.marginal_before < 1.2
    assert growing.marginal_before == pytest.approx(3.2, rel=0.3)
    assert 0 < plan.low < plan.effect < plan.high


def test_more_noise_asks_for_more_caution() -> None:
    clear, murky = allocate(two_channels(), 2000), allocate(two_channels(noise=0.8), 2000)
    assert murky.binding == "evidence"
    assert murky.effect < clear.effect


def test_rows_in_any_order_and_in_parts_give_the_same_plan() -> None:
    history = two_channels()
    half = history.assign(spend=history["spend"] / 2, revenue=history["revenue"] / 2)
    parts = pd.concat([half, half]).sample(frac=1, random_state=3)
    assert same(allocate(parts, 2000), allocate(history, 2000))


def test_the_unit_of_money_does_not_matter() -> None:
    history = two_channels()
    cents = history.assign(spend=history["spend"] * 100, revenue=history["revenue"] * 100)
    plan, in_cents = allocate(history, 2000), allocate(cents, 200_000)
    assert in_cents.effect == pytest.approx(100 * plan.effect)
    assert [one.recommended for one in in_cents.channels] == pytest.approx(
        [100 * one.recommended for one in plan.channels]
    )


def test_single_days_do_not_steer() -> None:
    history = two_channels()
    wild = history.copy()
    wild.loc[[10, 55, 120], "revenue"] *= 50
    assert allocate(wild, 2000).allocation == pytest.approx(
        allocate(history, 2000).allocation, abs=200
    )


def test_a_budget_beyond_what_was_seen_stays_in_part_unspent() -> None:
    history = two_channels()
    seen = float(history.groupby("channel")["spend"].apply(lambda x: x.iloc[-90:].mean()).sum())
    plan = allocate(history, 10 * seen)
    assert plan.unspent == pytest.approx(8 * seen)
    assert plan.binding in {"trust_region", "evidence"}
    assert sum(plan.allocation.values()) == pytest.approx(2 * seen)


@pytest.mark.parametrize(
    ("history", "what"),
    [
        (two_channels(periods=20), "periods"),
        (two_channels(spread=0.001), "variation of spend"),
        (two_channels().assign(revenue=0.0), "periods with revenue"),
    ],
)
def test_thin_data_is_refused_with_what_is_missing(history: pd.DataFrame, what: str) -> None:
    plan = allocate(history, 2000)
    assert (plan.status, plan.binding, plan.effect) == ("too_thin", "data", 0)
    assert {(one.channel, one.what) for one in plan.missing} >= {
        ("channel-0", what), ("channel-1", what),
    }  # fmt: skip
    assert all(one.have < one.need for one in plan.missing)
    assert [one.recommended for one in plan.channels] == [one.same_mix for one in plan.channels]


def test_a_thin_channel_keeps_its_share_while_the_others_move() -> None:
    young = pd.DataFrame({
        "date": pd.date_range("2026-04-01", periods=10), "channel": "young",
        "spend": 500.0, "revenue": 900.0,
    })  # fmt: skip
    plan = allocate(pd.concat([two_channels(), young]), 2500)
    by_name = {one.channel: one for one in plan.channels}
    assert plan.status == "move"
    assert by_name["young"].recommended == by_name["young"].same_mix
    assert by_name["young"].marginal_before is None
    assert {one.channel for one in plan.missing} == {"young"}


def test_limits_are_kept() -> None:
    limits = AllocationLimits(floor=0.9, ceiling=1.1)
    for one in allocate(two_channels(), 2000, limits).channels:
        assert 0.9 <= one.recommended / one.same_mix <= 1.1


@pytest.mark.parametrize("budget", [0, -5, float("nan"), float("inf"), "100", None, True])
def test_a_budget_is_a_number_above_nothing(budget: Any) -> None:
    with pytest.raises(InvalidInput, match="budget"):
        allocate(two_channels(), budget)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"spend": -1.0}, "spend: must be a number from 0"),
        ({"spend": float("inf")}, "spend"),
        ({"revenue": "many"}, "revenue: must be a number"),
        ({"date": pd.NaT}, "date: is missing"),
        ({"channel": None}, "channel: is missing"),
    ],
)
def test_a_bad_row_is_named(change: dict[str, Any], named: str) -> None:
    rows: list[dict[Any, Any]] = two_channels().to_dict("records")
    rows[7] |= change
    with pytest.raises(InvalidInput, match=named) as raised:
        allocate(pd.DataFrame(rows), 2000)
    assert "rows 7" in str(raised.value)


def test_a_history_that_is_none_is_named() -> None:
    history = two_channels()
    with pytest.raises(InvalidInput, match="spend: column is missing"):
        allocate(history.drop(columns="spend"), 2000)
    with pytest.raises(InvalidInput, match="has no rows"):
        allocate(history.iloc[:0], 2000)
    with pytest.raises(InvalidInput, match="nothing was ever spent"):
        allocate(history.assign(spend=0.0), 2000)


def test_a_curve_is_known_better_where_it_was_seen() -> None:
    given = portfolio(1, World(120, 0.1, "times", 0.3))
    rows = given.history[given.history["channel"] == "channel-0"]
    response = fit(rows["spend"].to_numpy(), rows["revenue"].to_numpy())
    at = float(given.spend[0])
    mean, variance = response.change(at, at * np.array([0.2, 0.9, 1.0, 1.1, 3.0]))
    assert mean[2] == variance[2] == 0
    assert np.all(np.diff(mean) > 0)
    assert variance[0] > variance[1]
    assert variance[4] > variance[3]


def same(one: Plan, other: Plan) -> bool:
    return one.allocation.keys() == other.allocation.keys() and all(
        math.isclose(one.allocation[name], other.allocation[name], rel_tol=1e-9)
        for name in one.allocation
    )


def test_the_policy_file_says_what_the_code_assumes() -> None:
    """`allocate` without limits is what a stage with the file as it is shipped does."""
    policy = RevenuePolicy.model_validate_json(POLICY.read_text(encoding="utf-8"))
    assert policy.allocation == RevenuePolicy().allocation
