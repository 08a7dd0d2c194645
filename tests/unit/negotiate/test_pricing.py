"""Prices in one unit, scenario by scenario; spreads by three standards."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.negotiate.adcp import MODELS
from labverse.negotiate.pricing import (
    arbitrage,
    break_even_cvr,
    per_mille,
    suspect_units,
)
from labverse.negotiate.risk import Risk

RATES = {
    "ctr": np.array([0.01, 0.02]),
    "cvr": np.array([0.05, 0.01]),
    "ltv": np.array([100.0, 300.0]),
    "viewability": np.array([0.5, 0.8]),
    "completion": np.array([0.25, 0.5]),
    "view_rate": np.array([0.2, 0.4]),
    "audience": np.array([1e6, 2e6]),
}


@pytest.mark.parametrize(
    ("model", "price", "ecpm"),
    [
        ("cpm", 8, [8, 8]),
        ("vcpm", 10, [5, 8]),
        ("cpc", 0.5, [5, 10]),
        ("cpcv", 0.02, [5, 10]),
        ("cpv", 0.02, [4, 8]),
        ("cpp", 100, [10, 5]),
        ("cpa", 20, [10, 4]),
        ("revenue_share", 0.2, [10, 12]),
        ("flat_rate", 400, [8, 8]),
        ("time", 400, [8, 8]),
    ],
)
def test_every_model_has_its_ecpm(model: str, price: float, ecpm: list[float]) -> None:
    found = price * per_mille(model, RATES, impressions=50_000)  # type: ignore[arg-type]
    assert found == pytest.approx(ecpm)


def test_every_model_of_the_vocabulary_is_known() -> None:
    for model in MODELS:
        assert (per_mille(model, RATES, 1e6) > 0).all()


def test_rates_that_move_together_are_not_multiplied_as_means() -> None:
    apart = 1000 * RATES["ctr"].mean() * RATES["cvr"].mean()
    assert per_mille("cpa", RATES, 1.0).mean() == pytest.approx(0.35)
    assert apart == pytest.approx(0.45)


def test_at_the_break_even_cvr_both_prices_cost_the_same() -> None:
    cvr = break_even_cvr(8.0, 20.0, RATES["ctr"])
    rates = {**RATES, "cvr": cvr}
    assert 20.0 * per_mille("cpa", rates, 1.0) == pytest.approx([8.0, 8.0])


RISK = Risk(np.full(10, 0.1), 0.5, 0.1)


@pytest.mark.parametrize(
    ("spread", "standards"),
    [
        ([0.0] * 9 + [1.0], (True, True, True)),
        ([0.0] * 10, (False, False, False)),
        ([1.0] * 9 + [-0.5], (False, True, True)),
        ([1.0] * 9 + [-4.0], (False, False, True)),
        ([1.0] * 9 + [-20.0], (False, False, False)),
    ],
)
def test_the_three_standards_of_arbitrage(
    spread: list[float], standards: tuple[bool, bool, bool]
) -> None:
    found = arbitrage(np.array(spread), RISK)
    assert (found.riskless, found.robust, found.expected) == standards


@given(st.lists(st.floats(-100, 100), min_size=10, max_size=10))
def test_a_stricter_standard_implies_the_next(spread: list[float]) -> None:
    found = arbitrage(np.array(spread), RISK)
    assert found.robust <= found.expected
    assert found.worst <= found.certainty_equivalent + 1e-9 <= found.mean + 2e-9


def test_cents_and_micros_are_suspected() -> None:
    assert suspect_units({"tiktok": 6.5, "spotify": 7.5}) == ()
    assert suspect_units({"tiktok": 650.0, "spotify": 7.5}) == ("tiktok",)
    assert suspect_units({"tiktok": 6.5e6, "spotify": 7.5}) == ("tiktok",)
    assert suspect_units({"tiktok": 6.5, "spotify": 0.0075}) == ("spotify", "tiktok")
    assert suspect_units({"tiktok": 210.0, "spotify": 7.5}) == ("tiktok",)
