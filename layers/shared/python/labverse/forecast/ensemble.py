"""The forecast of a daily series: a point and an interval for every day ahead.

Pure and deterministic: the same series gives the same bytes. Which members are asked and how they
are weighed is in `members` and `combine`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from labverse.forecast.arrays import Daily, Floats
from labverse.forecast.combine import combine, width
from labverse.forecast.history import check_request, read
from labverse.forecast.members import ask

RECIPE = "1"
"""Grows whenever the same history would get other numbers; stored with what is published."""

_ROOM = 2.0  # ranges of the history that a point may leave it by, per length of the history


@dataclass(frozen=True)
class Ahead:
    """Arrays of one value per day ahead; the weights and points of the members."""

    point: Floats
    low: Floats
    high: Floats
    weights: dict[str, float]
    members: dict[str, Floats]
    yearly: Floats


def forecast(history: pd.Series, horizon: int, level: float) -> tuple[Floats, Floats, Floats]:
    """Point, low and high for the `horizon` days after the last day of `history`.

    `history` has a DatetimeIndex, one value a day, at least 28 of them; repeated days count once
    (the last), gaps are filled, days at the end without a value are forecast and skipped.
    `level` is the share of days that should fall between low and high, 0.5 to 0.99.
    A constant history goes on unchanged. Histories never below 0 (or above) stay on their side.
    Raises InvalidInput naming what cannot be used.
    """
    check_request(horizon, level)
    known = read(history)
    ahead = look_ahead(known.series, int(horizon) + known.behind, float(level))
    point, low, high = (part[known.behind :] for part in (ahead.point, ahead.low, ahead.high))
    return point, low, high


def look_ahead(series: Daily, horizon: int, level: float) -> Ahead:
    """The same for a series that is clean already."""
    values = series.values
    middle, scale = float(np.median(values)), float(np.ptp(values))
    if scale <= 1e-12 * abs(middle):
        same = np.full(horizon, middle)
        return Ahead(same, same.copy(), same.copy(), {"constant": 1.0}, {}, np.zeros(horizon))
    # members work near size 1; dividing by a power of two changes no digit
    unit = float(2.0 ** np.floor(np.log2(scale)))
    opinions = ask(Daily(values / unit, series.first_day), horizon)
    combined = combine(opinions)
    half = width(level) * combined.sigma * unit
    point = np.clip(combined.point * unit, *_reach(values, horizon))
    floor, ceiling = _sides(values)
    point, low, high = (
        np.clip(part, floor, ceiling) for part in (point, point - half, point + half)
    )
    members = {name: member.point * unit for name, member in opinions.by_name.items()}
    return Ahead(point, low, high, combined.weights, members, opinions.yearly * unit)


def _reach(values: Floats, horizon: int) -> tuple[float, float]:
    """Beyond this a point is a runaway, not a trend."""
    room = float(np.ptp(values)) * (1 + _ROOM * horizon / len(values))
    return float(values.min()) - room, float(values.max()) + room


def _sides(values: Floats) -> tuple[float, float]:
    """What was never negative is a count or an amount, and stays one; likewise below 0."""
    floor = 0.0 if values.min() >= 0 else -np.inf
    ceiling = 0.0 if values.max() <= 0 else np.inf
    return floor, ceiling
