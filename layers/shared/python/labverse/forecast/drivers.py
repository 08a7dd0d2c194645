"""Why the forecast differs from today: signed effects that add up to the change exactly."""

from typing import Any

import numpy as np

from labverse.forecast.arrays import WEEK, Daily, Floats, weekday
from labverse.forecast.ensemble import Ahead
from labverse.forecast.season import weekly_effect

_SEASONAL = ("seasonal_holt", "seasonal_ets")


def drivers(series: Daily, ahead: Ahead) -> dict[Any, float]:
    """Effect by name on the mean of the last week ahead, against the last week known.

    Trend is what the level model alone would say. The others are what knowing more changed in it:
    which weekdays are asked for, the time of year, and learnt changes, each by its members' weight.
    """
    now = float(series.values[-WEEK:].mean())
    change = _end(ahead.point) - now
    if not ahead.members:
        return {"trend": change}
    level, members, weights = ahead.members["holt"], ahead.members, ahead.weights
    week = _weekday_part(series, len(ahead.point))
    effects = {
        "trend": _end(level) - now - week,
        "weekday": week,
        "time_of_year": sum(weights[name] for name in _SEASONAL) * _end(ahead.yearly),
        "learnt_changes": weights["direct"] * _end(members["direct"] - level),
    }
    return {**effects, "other_models": change - sum(effects.values())}


def _end(values: Floats) -> float:
    return float(values[-WEEK:].mean())


def _weekday_part(series: Daily, horizon: int) -> float:
    """0 for whole weeks: only a shorter horizon asks for some weekdays more than for others."""
    if horizon >= WEEK:
        return 0.0
    days = series.days(len(series), len(series) + horizon)
    return float(np.mean(weekly_effect(series)[weekday(days)]))
