"""Exponential smoothing with a weekly season, chosen by information criterion, and Theta.

The grid holds additive Holt-Winters in the values and, where all are positive, in their logarithms
(which is multiplicative in the values); AIC with the logarithm's Jacobian compares the two.
After Hyndman, Koehler, Ord, Snyder, "Forecasting with Exponential Smoothing" (2008), ch. 2 and 6.
"""

from itertools import product

import numpy as np

from labverse.forecast.arrays import WEEK, Floats, Member
from labverse.forecast.level import damped_sum

_ALPHA = (0.01, 0.03, 0.07, 0.12, 0.2, 0.3, 0.45, 0.6, 0.8, 0.95, 0.9999)
_GAMMA = (0.0, 0.005, 0.03, 0.1, 0.25)
_TREND = (
    (0.0, 1.0),
    (0.001, 1.0),
    (0.01, 1.0),
    (0.05, 1.0),
    (0.001, 0.98),
    (0.03, 0.98),
    (0.1, 0.95),
    (0.2, 0.9),
)
_SEASON_COST = 8.0  # free parameters: its rate and seven first effects
GRID: Floats = np.array([
    (
        *(alpha, beta * alpha, gamma * (1 - alpha), phi, seasonal),
        4.0 + 2 * (beta > 0) + (phi < 1) + _SEASON_COST * seasonal,
    )
    for alpha, (beta, phi), (gamma, seasonal) in product(
        _ALPHA, _TREND, [(g, 1.0) for g in _GAMMA] + [(0.0, 0.0)]
    )
])  # fmt: skip
"""Rows of (level, slope and season rate, damping, has a season, free parameters)."""

_WARM_UP = 14


def smoothing_member(values: Floats, horizon: int) -> Member:
    """The forecast of the grid's best, with the deviation that its state equations imply."""
    plain, plain_fit = _run(values, horizon)
    if values.min() <= 0:
        return plain
    logged, logged_fit = _run(np.log(values), horizon)
    jacobian = 2 * float(np.log(values[_WARM_UP:]).sum())
    if plain_fit <= logged_fit + jacobian:
        return plain
    span = float(np.ptp(np.log(values)))
    point = np.minimum(logged.point, np.log(values.max()) + span)
    sigma = np.minimum(logged.sigma, 1.0 + span)
    return Member(np.exp(point), (np.exp(point + sigma) - np.exp(point - sigma)) / 2)


def _run(values: Floats, horizon: int) -> tuple[Member, float]:
    level, slope, season, errors = _filter(values)
    used = errors[_WARM_UP:]
    variance = np.mean(used**2, axis=0) + 1e-300
    criterion = len(used) * np.log(variance) + 2 * GRID[:, 5]
    best = int(np.argmin(criterion))
    alpha, beta, gamma, phi, _, _ = GRID[best]
    ahead = np.arange(1.0, horizon + 1)
    sums = damped_sum(np.array(phi), ahead)
    point = (
        level[best] + slope[best] * sums + season[(len(values) + np.arange(horizon)) % WEEK, best]
    )
    kicks = alpha + beta * sums + gamma * (ahead % WEEK == 0)
    spread = np.sqrt(variance[best] * (1 + np.concatenate([[0.0], np.cumsum(kicks**2)[:-1]])))
    return Member(point, spread), float(criterion[best])


def _filter(values: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Last level, slope and season, and the one-step errors, under each row of the grid."""
    alpha, beta, gamma, phi, seasonal, _ = GRID.T
    weeks = min(len(values) // WEEK, 8)
    block = values[: weeks * WEEK].reshape(weeks, WEEK)
    profile = np.mean(block - block.mean(axis=1, keepdims=True), axis=0)
    season = profile[:, None] * seasonal
    level = np.full(len(GRID), block[:2].mean())
    slope = np.where(
        beta > 0, (block[-1].mean() - block[0].mean()) / (WEEK * max(weeks - 1, 1)), 0.0
    )
    errors = np.empty((len(values), len(GRID)))
    for day, value in enumerate(values):
        place = day % WEEK
        damped = phi * slope
        error = value - level - damped - season[place]
        errors[day] = error
        level = level + damped + alpha * error
        slope = damped + beta * error
        season[place] += gamma * error
    return level, slope, season, errors


def theta_member(values: Floats, horizon: int) -> Member:
    """Theta of a deseasonalised series: simple smoothing plus half the slope of its straight line.

    After Assimakopoulos and Nikolopoulos (2000) in the form of Hyndman and Billah (2003).
    """
    count = len(values)
    rates = np.array(_ALPHA)
    level = np.full(len(rates), values[:WEEK].mean())
    squares = np.zeros(len(rates))
    for day, value in enumerate(values):
        error = value - level
        squares += error**2 if day >= _WARM_UP else 0.0
        level = level + rates * error
    best = int(np.argmin(squares))
    rate, variance = rates[best], squares[best] / max(count - _WARM_UP, 1)
    slope = float(np.polyfit(np.arange(count), values, 1)[0])
    ahead = np.arange(1.0, horizon + 1)
    drift = slope / 2 * (ahead - 1 + (1 - (1 - rate) ** count) / rate)
    return Member(level[best] + drift, np.sqrt(variance * (1 + (ahead - 1) * rate**2)))
