"""The published answer: dates, money, drivers that add up, and an honest past."""

import json
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from labverse.forecast.ensemble import forecast
from labverse.forecast.mrr import forecast_mrr
from labverse.kernel.errors import InvalidInput
from tests.unit.forecast.series import daily, flow, ledger

MRR = daily(ledger(1, 730))


def test_it_says_what_the_ensemble_says_on_the_days_after() -> None:
    answer = forecast_mrr(MRR, days=30, confidence=0.8)
    point, low, high = forecast(MRR, 30, 0.8)
    assert [str(answer.forecast[k].date) for k in (0, -1)] == ["2025-12-31", "2026-01-29"]
    assert str(answer.as_of) == "2025-12-30"
    for name, part in (("value", point), ("low", low), ("high", high)):
        ours = [float(getattr(day, name)) for day in answer.forecast]
        np.testing.assert_allclose(ours, part, atol=0.0051)


def test_the_same_question_gives_the_same_bytes_and_another_has_another_digest() -> None:
    first = forecast_mrr(MRR, 14).model_dump_json()
    assert first == forecast_mrr(MRR.sample(frac=1, random_state=1), 14).model_dump_json()
    digests = {
        forecast_mrr(MRR, 14).model.digest,
        forecast_mrr(MRR, 15).model.digest,
        forecast_mrr(MRR, 14, 0.9).model.digest,
        forecast_mrr(MRR + 0.01, 14).model.digest,
        forecast_mrr(MRR.shift(1, freq="D"), 14).model.digest,
    }
    assert len(digests) == 5


@pytest.mark.parametrize("history", [MRR, daily(flow(2, 800)), daily(flow(3, 60))])
@pytest.mark.parametrize("days", [1, 5, 90])
def test_drivers_add_up_to_the_change(history: Any, days: int) -> None:
    answer = forecast_mrr(history, days)
    now = float(np.mean(history.iloc[-7:]))
    ends = [float(day.value) for day in answer.forecast][-7:]
    effects = [driver.effect for driver in answer.key_drivers]
    assert float(sum(effects, Decimal(0))) == pytest.approx(np.mean(ends) - now, abs=0.05)
    assert [abs(effect) for effect in effects] == sorted(map(abs, effects), reverse=True)


def test_drivers_mean_what_they_are_called() -> None:
    growth = forecast_mrr(daily(1000 + 2.0 * np.arange(400)), 90)
    assert growth.key_drivers[0].name == "trend"
    assert float(growth.key_drivers[0].effect) == pytest.approx(186, abs=12)
    place = np.arange(1005)  # ends near the top of the year
    rng = np.random.default_rng(4)
    yearly = 500 + 100 * np.cos(2 * np.pi * (place - 1005) / 365.25) + rng.normal(0, 4, 1005)
    fall = {
        driver.name: float(driver.effect) for driver in forecast_mrr(daily(yearly), 90).key_drivers
    }
    assert next(iter(fall)) == "time_of_year"
    assert -93 <= fall["time_of_year"] < -40
    assert "weekday" in fall
    assert fall["weekday"] == 0


def test_the_backtest_is_of_days_it_had_not_seen() -> None:
    past = forecast_mrr(MRR, 60, 0.95).model.backtest
    assert (past.origins, past.days) == (4, 60)
    assert past.mase is not None
    assert past.coverage is not None
    assert 0 < past.mase < 10
    assert 0.6 <= past.coverage <= 1
    # a break that no model can know shows in the figures, though the forecast knows it by now
    broken = MRR.copy()
    broken.iloc[-60:] *= 3
    worse = forecast_mrr(broken, 60, 0.95).model.backtest
    assert worse.mase is not None
    assert worse.mase > 3 * past.mase
    assert worse.bias is not None
    assert worse.bias < 0


def test_too_little_for_a_backtest_is_said_not_made_up() -> None:
    past = forecast_mrr(MRR.iloc[:28], 90).model.backtest
    assert (past.origins, past.mase, past.coverage, past.bias) == (0, None, None, None)


def test_what_was_done_to_the_data_and_who_was_asked_is_said() -> None:
    history = MRR.copy()
    history.iloc[100] = np.nan
    history.iloc[300] *= 50
    made = forecast_mrr(history, 7).model
    assert (made.filled_days, made.tamed_days, made.repeated_days) == (1, 1, 0)
    assert sum(made.weights.values()) == pytest.approx(1, abs=1e-4)
    assert set(made.members) == set(made.weights)
    assert made.absent == ("prophet", "xgboost")


def test_money_is_exact_to_the_cent_and_a_number_in_json() -> None:
    answer = forecast_mrr(MRR, 3)
    assert answer.forecast[0].value == answer.forecast[0].value.quantize(Decimal("0.01"))
    assert isinstance(json.loads(answer.model_dump_json())["forecast"][0]["value"], float)


def test_amounts_beyond_cents_are_refused_before_anything_is_made() -> None:
    with pytest.raises(InvalidInput, match="history: holds values beyond"):
        forecast_mrr(MRR * 1e12, 3)
