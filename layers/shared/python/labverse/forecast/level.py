"""Where the level is and where its trend leads: damped Holt smoothing judged on many steps.

Likelihood of one step ahead prefers parameters that track noise. Here each parameter set of a grid
forecasts 7 to 90 days from hundreds of past days, and those that erred least are averaged.
"""

from itertools import product

import numpy as np

from labverse.forecast.arrays import Floats, Member, typical_change

_ALPHA = (0.03, 0.08, 0.15, 0.3, 0.5, 0.75, 1.0)
_SLOPE_DAYS = (365, 180, 120, 90, 60, 42, 28, 14)
_PHI = (1.0, 0.999, 0.997, 0.99, 0.98, 0.95, 0.9)
GRID: Floats = np.array(
    [(alpha, 0.0, 1.0) for alpha in _ALPHA]
    + [(alpha, 1 / days, phi) for alpha, days, phi in product(_ALPHA, _SLOPE_DAYS, _PHI)]
)
"""Rows of (level rate, slope rate, damping)."""

_STEPS = (7, 14, 28, 42, 60, 75, 90)
_STRIDE = 3  # every third day is a cut: neighbours tell the same story
_HALF_LIFE = 365.0  # days after which an error counts half
_KEPT = 12  # parameter sets that are averaged
_FEWEST_CUTS = 10
_CLIP = 3.0  # deviations by which one day may move the slope: one large deal is no trend


def damped_sum(phi: Floats, steps: Floats | int) -> Floats:
    """phi + phi² + … + phi^steps: what a slope of 1 adds over that many days."""
    safe = np.where(phi >= 1, 0.5, phi)
    return np.where(phi >= 1, steps, safe * (1 - safe**steps) / (1 - safe))


def smooth(values: Floats) -> tuple[Floats, Floats]:
    """Level and slope after each day (rows) under each parameter set (columns)."""
    alpha, beta, phi = GRID.T
    most = _CLIP * typical_change(values) + 1e-9
    moves = beta > 0
    level, slope = np.full(len(GRID), values[:7].mean()), np.where(moves, _first_slope(values), 0.0)
    levels, slopes = np.empty((len(values), len(GRID))), np.empty((len(values), len(GRID)))
    for day, value in enumerate(values):
        damped = phi * slope
        ahead = level + damped
        after = ahead + alpha * (value - ahead)
        slope = damped + beta * np.clip(after - level - damped, -most, most)
        level = after
        levels[day], slopes[day] = level, slope
    return levels, slopes


def level_member(values: Floats, horizon: int) -> Member:
    """The average forecast of the best parameter sets, and how far they were off in the past."""
    levels, slopes = smooth(values)
    errors = _errors(values, levels, slopes)
    if not errors:
        flat = np.full(horizon, levels[-1, 3])
        spread = max(typical_change(values), float(np.std(np.diff(values))))
        return Member(flat, spread * np.sqrt(np.arange(1.0, horizon + 1)))
    weights = {
        step: 0.5 ** (np.arange(len(e))[::-1] * _STRIDE / _HALF_LIFE) for step, e in errors.items()
    }
    means = [np.average(np.abs(e), axis=0, weights=weights[step]) for step, e in errors.items()]
    loss = np.mean([m / (m.min() + 1e-12) for m in means], axis=0)
    best = np.argsort(loss, kind="stable")[:_KEPT]
    ahead = np.arange(1.0, horizon + 1)
    point = (levels[-1, best] + slopes[-1, best] * damped_sum(GRID[best, 2], ahead[:, None])).mean(
        1
    )
    known = {
        step: float(np.sqrt(np.average(e[:, best].mean(1) ** 2, weights=weights[step])))
        for step, e in errors.items()
    }
    return Member(point, spread_over(known, ahead))


def spread_over(known: dict[int, float], ahead: Floats) -> Floats:
    """A deviation for every day ahead from those measured at a few, along powers of the time."""
    steps = np.array(list(known), dtype=np.float64)
    sizes = np.maximum(list(known.values()), 1e-9)
    sigma = np.exp(np.interp(np.log(ahead), np.log(steps), np.log(sizes)))
    sigma *= np.where(ahead < steps[0], np.sqrt((ahead + 2) / (steps[0] + 2)), 1.0)
    return np.asarray(sigma * np.where(ahead > steps[-1], np.sqrt(ahead / steps[-1]), 1.0))


def _first_slope(values: Floats) -> float:
    """The slope over the first weeks, by medians: one odd day there must not tilt everything."""
    span = min(60, max(8, len(values) // 4))
    return float((np.median(values[span - 7 : span]) - np.median(values[:7])) / max(span - 7, 1))


def _errors(values: Floats, levels: Floats, slopes: Floats) -> dict[int, Floats]:
    """Steps ahead → errors at each cut (rows) of each parameter set (columns)."""
    count = len(values)
    start = min(max(60, min(200, count // 4)), count // 2)
    found = {}
    for step in _STEPS:
        cuts = np.arange(count - step - 1, start, -_STRIDE)[::-1]
        if len(cuts) >= _FEWEST_CUTS:
            ahead = levels[cuts] + slopes[cuts] * damped_sum(GRID[:, 2], step)
            found[step] = values[cuts + step][:, None] - ahead
    return found
