"""What callers really have: gaps, repeats, wild days, and what cannot be used at all."""

import re
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from labverse.forecast.ensemble import forecast
from labverse.forecast.history import LONGEST, read
from labverse.kernel.errors import InvalidInput
from tests.unit.forecast.series import daily, flow, ledger

KNOWN = daily(flow(1, 200))


def _same(left: pd.Series, right: pd.Series) -> bool:
    ours, theirs = forecast(left, 30, 0.9), forecast(right, 30, 0.9)
    return all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))


def test_order_repeats_zone_and_time_of_day_do_not_matter() -> None:
    assert _same(KNOWN.iloc[::-1], KNOWN)
    wrong = pd.Series([1e5, -1e5], index=KNOWN.index[[50, 120]])
    assert _same(pd.concat([wrong, KNOWN]), KNOWN)
    assert read(pd.concat([wrong, KNOWN])).repeated == 2
    assert _same(KNOWN.tz_localize("Asia/Tokyo"), KNOWN)
    assert _same(KNOWN.shift(9, freq="h"), KNOWN)


def test_integers_and_decimals_are_numbers() -> None:
    whole = KNOWN.round()
    assert _same(whole.astype(int), whole)
    assert _same(whole.map(lambda value: Decimal(int(value))), whole)
    assert _same(whole.astype("Int64"), whole)


def test_a_gap_is_filled_by_its_weekdays() -> None:
    week = np.tile([50.0, 90.0, 80.0, 80.0, 70.0, 20.0, 10.0], 40)
    holes = daily(week)
    holes.iloc[[30, 33, 40, 41, 42, 100]] = np.nan
    filled = read(holes)
    assert filled.filled == 6
    np.testing.assert_allclose(filled.series.values, week, atol=8)
    assert _same(holes, holes.dropna())


def test_days_without_a_value_at_the_end_are_forecast_but_not_returned() -> None:
    late = KNOWN.copy()
    late.iloc[-3:] = np.nan
    longer = forecast(KNOWN.iloc[:-3], 33, 0.9)
    for ours, theirs in zip(forecast(late, 30, 0.9), longer, strict=True):
        np.testing.assert_allclose(ours, theirs[3:], rtol=0.02)


def test_a_wild_day_moves_nothing_and_a_step_is_kept() -> None:
    values = flow(2, 300)
    for day in (120, 299):
        wild = values.copy()
        wild[day] = 1e6
        assert read(daily(wild)).tamed == 1
        ours, theirs = forecast(daily(wild), 30, 0.9), forecast(daily(values), 30, 0.9)
        assert np.abs(ours[0] - theirs[0]).max() < 20
    step = np.concatenate([values[:150], values[150:] + 500])
    assert read(daily(step)).tamed == 0
    # a big deal: the ledger is higher from one day on
    deal = ledger(3, 300)
    deal[298:] *= 1.1
    assert read(daily(deal)).tamed == 0


def test_no_more_than_four_years_are_learnt_from() -> None:
    long = daily(flow(3, LONGEST + 400))
    assert len(read(long).series) == LONGEST
    assert _same(long, long.iloc[-LONGEST:])


@pytest.mark.parametrize(
    ("history", "told"),
    [
        (KNOWN.iloc[:27], "history: has 27 days with a value, 28 are needed"),
        (KNOWN.iloc[:0], "history: has 0 days"),
        (KNOWN * np.nan, "history: has 0 days"),
        (KNOWN.iloc[::3], "history: lacks 132 of 199 days"),
        (KNOWN.replace(KNOWN.iloc[4], np.inf), "history: is infinite on 2024-01-05"),
        (KNOWN * 1e160, "history: holds values beyond"),
        (KNOWN.map(str) + "x", "history: must hold real numbers"),
        (KNOWN > 100, "history: must hold real numbers"),
        (KNOWN + 1j, "history: must hold real numbers"),
        (KNOWN.reset_index(drop=True), "history.index: must be a DatetimeIndex"),
        (KNOWN.to_frame(), "history: must be a pandas Series"),
        (list(KNOWN), "history: must be a pandas Series"),
        (KNOWN.reindex(pd.date_range("2024-01-01", periods=400)), "history: ends with 200 days"),
    ],
)
def test_what_cannot_be_used_is_named(history: Any, told: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(told)):
        forecast(history, 30, 0.9)


@pytest.mark.parametrize("horizon", [0, -1, 731, 2.5, True, "9", None])
@pytest.mark.parametrize("level", [0.0, 0.49, 0.995, 1, 95, float("nan"), None])
def test_every_bad_argument_is_named(horizon: Any, level: Any) -> None:
    with pytest.raises(InvalidInput) as told:
        forecast(KNOWN, horizon, level)
    assert [field.field for field in told.value.fields] == ["horizon", "level"]
