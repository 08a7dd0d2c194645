"""What holds of every forecast."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labverse.forecast import ensemble
from labverse.forecast.arrays import Floats
from labverse.forecast.ensemble import forecast
from labverse.forecast.level import level_member
from tests.unit.forecast.series import daily, flow, ledger

MADE = [flow(1, 400), ledger(1, 700), flow(2, 28), -ledger(2, 90), flow(3, 620) - 150]


@settings(max_examples=25, deadline=None)
@given(
    values=st.lists(st.integers(-1000, 1000) | st.floats(-1e6, 1e6), min_size=28, max_size=80),
    horizon=st.integers(1, 120),
    level=st.floats(0.5, 0.99),
)
def test_any_history_has_a_finite_forecast_inside_its_interval(
    values: list[float], horizon: int, level: float
) -> None:
    point, low, high = forecast(daily(values), horizon, level)
    for part in (point, low, high):
        assert part.shape == (horizon,)
        assert part.dtype == np.float64
        assert np.isfinite(part).all()
    assert (low <= point).all()
    assert (point <= high).all()


@pytest.mark.parametrize("values", MADE)
def test_a_higher_level_holds_the_lower_one(values: Floats) -> None:
    levels = [0.5, 0.65, 0.8, 0.93, 0.95, 0.99]
    made = [forecast(daily(values), 30, level) for level in levels]
    for (point, low, high), (same, lower, higher) in pairwise(made):
        assert np.array_equal(point, same)
        assert (lower <= low).all()
        assert (high <= higher).all()
    assert (made[-1][2] - made[-1][1]).sum() > 1.5 * (made[0][2] - made[0][1]).sum()


@pytest.mark.parametrize("values", MADE)
def test_the_same_history_gives_the_same_bytes(values: Floats) -> None:
    first, again = (forecast(daily(values), 45, 0.9) for _ in range(2))
    assert [part.tobytes() for part in first] == [part.tobytes() for part in again]


@pytest.mark.parametrize("values", MADE)
@pytest.mark.parametrize("factor", [1e-6, 3.7, 1024.0, 1e9])
def test_another_currency_is_another_currency_only(values: Floats, factor: float) -> None:
    plain = forecast(daily(values), 30, 0.9)
    scaled = forecast(daily(values * factor), 30, 0.9)
    for ours, theirs in zip(plain, scaled, strict=True):
        np.testing.assert_allclose(theirs, ours * factor, rtol=1e-6, atol=1e-6 * factor)


def test_what_was_never_negative_stays_so_and_what_was_may_be() -> None:
    sparse = np.where(np.arange(200) % 11 == 0, 3.0, 0.0)
    assert forecast(daily(sparse), 90, 0.99)[1].min() == 0.0
    assert forecast(daily(-sparse), 90, 0.99)[2].max() == 0.0
    assert forecast(daily(flow(4, 300) - 150), 90, 0.99)[1].min() < 0.0


@pytest.mark.parametrize("value", [0.0, 7.0, -3.5, 1e12])
def test_a_constant_goes_on(value: float) -> None:
    for part in forecast(daily(np.full(60, value)), 90, 0.95):
        assert np.array_equal(part, np.full(90, value))


def test_a_straight_line_and_a_pure_week_go_on() -> None:
    point, low, high = forecast(daily(np.arange(500.0)), 90, 0.95)
    np.testing.assert_allclose(point, np.arange(500.0, 590.0), atol=2.0)
    week = np.tile([5.0, 9.0, 8.0, 8.0, 7.0, 2.0, 1.0], 60)
    point, low, high = forecast(daily(week), 90, 0.95)
    np.testing.assert_allclose(point, np.resize(week, 90), atol=0.3)
    assert ((low <= np.resize(week, 90)) & (np.resize(week, 90) <= high)).mean() > 0.9


def test_the_level_after_a_shift_is_the_new_one() -> None:
    rng = np.random.default_rng(5)
    values = np.concatenate([rng.normal(100, 3, 300), rng.normal(200, 3, 60)])
    point, low, high = forecast(daily(values), 90, 0.95)
    assert np.abs(point - 200).max() < 20
    assert (low < 200).all()
    assert (high > 200).all()


def test_exponential_growth_does_not_run_away() -> None:
    values = np.exp(np.arange(60) / 8)
    assert forecast(daily(values), 90, 0.95)[0].max() < 30 * values.max()


def test_the_year_repeats() -> None:
    place = np.arange(1095 + 90)
    rng = np.random.default_rng(6)
    values = 200 + 50 * np.sin(2 * np.pi * place / 365.25) + rng.normal(0, 3, len(place))
    point, _, _ = forecast(daily(values[:1095]), 90, 0.95)
    assert np.abs(point - values[1095:]).mean() < 8
    assert np.abs(values[1094] - values[1095:]).mean() > 25


def test_the_interval_holds_what_it_says() -> None:
    inside: dict[float, list[float]] = {0.8: [], 0.95: []}
    for seed in range(30):
        values = (flow if seed % 2 else ledger)(seed + 10, 820)
        known = daily(values[:730])
        for level, shares in inside.items():
            _, low, high = forecast(known, 90, level)
            shares.append(float(np.mean((low <= values[730:]) & (values[730:] <= high))))
    assert 0.90 <= np.mean(inside[0.95]) <= 0.995
    assert 0.70 <= np.mean(inside[0.8]) <= 0.92


def test_it_beats_the_last_week_repeated() -> None:
    ratios = []
    for seed in range(20):
        values = (flow if seed % 2 else ledger)(seed + 50, 820)
        naive = np.abs(np.resize(values[723:730], 90) - values[730:]).mean()
        point = forecast(daily(values[:730]), 90, 0.95)[0]
        ratios.append(np.log(np.abs(point - values[730:]).mean() / naive))
    assert np.exp(np.mean(ratios)) < 0.75


def test_a_history_that_knows_no_trend_yet_is_flat() -> None:
    rng = np.random.default_rng(7)
    member = level_member(rng.normal(10, 1, 28), 30)
    assert np.ptp(member.point) == 0
    assert (np.diff(member.sigma) > 0).all()


def test_numpy_numbers_are_numbers() -> None:
    known: pd.Series = daily(flow(8, 60))
    ours = forecast(known, 9, 0.9)
    theirs = ensemble.forecast(known, np.int64(9), np.float64(0.9))  # type: ignore[arg-type]
    assert np.array_equal(ours[0], theirs[0])
