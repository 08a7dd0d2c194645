"""One point and one deviation from many opinions, and how wide an interval has to be.

Two gates, each from a trait of the series, replace learnt weights, which did worse than a median:
persistent levels (ledgers, prices) follow the level models; flows follow the seasonal ones.
"""

from dataclasses import dataclass

import numpy as np

from labverse.forecast.arrays import Floats
from labverse.forecast.members import Opinions

MEDIAN = ("seasonal_holt", "seasonal_ets", "direct", "ets", "theta")
SEASONAL = {"seasonal_holt": 0.425, "seasonal_ets": 0.425, "direct": 0.15}
LEVEL = {"ets": 0.6, "holt": 0.4}
LEDGER = {"ets": 0.25, "holt": 0.75}
"""The same for ledgers, which move by small steps: many-step errors see their trend sooner."""

_SMOOTH_WIDER = 1.4
_LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.99)
_WIDTHS = (0.42, 0.57, 0.76, 1.0, 1.49, 2.12, 2.85, 3.85)


@dataclass(frozen=True)
class Combined:
    """The ensemble's point, its deviation before calibration, and the weights behind the point."""

    point: Floats
    sigma: Floats
    weights: dict[str, float]


def combine(opinions: Opinions) -> Combined:
    """Median and fixed weights for flows, level models for ledgers, and anything between."""
    level = _gate(opinions.persistence, 0.3, 0.5)
    steady = _level_weights(opinions)
    middle = np.median(opinions.points(*MEDIAN), axis=0)
    flow = (middle + _weighted(opinions, SEASONAL)) / 2
    point = (1 - level) * flow + level * _weighted(opinions, steady)
    # where smoothing is certain, the others' pull on the point is the doubt that remains
    pull = np.abs(point - opinions.by_name["ets"].point) / 2
    sigma = np.maximum(_deviation(opinions), pull)
    return Combined(point, sigma, _weights(level, steady))


def width(level: float) -> float:
    """Deviations either side that held `level` of the days, over the families of the panel."""
    # straight in the tail's logarithm, where measured widths nearly lie on lines
    tails = [-np.log(1 - known) for known in _LEVELS]
    return float(np.interp(-np.log(1 - level), tails, _WIDTHS))


def _deviation(opinions: Opinions) -> Floats:
    """State equations for rough series; for smooth ones also the errors of hundreds of cuts."""
    smooth = _gate(opinions.smoothness, 0.9, 0.98)
    stated = _spread(opinions, "ets", "seasonal_ets")
    measured = _spread(opinions, "holt", "seasonal_holt")
    both = np.sqrt(stated * measured)
    return np.asarray((1 - smooth) * stated + smooth * _SMOOTH_WIDER * both)


def _spread(opinions: Opinions, *names: str) -> Floats:
    """What members say of their own error, and how far they disagree."""
    own = np.median(opinions.sigmas(*names), axis=0)
    return np.asarray(np.sqrt(own**2 + np.var(opinions.points(*names), axis=0)))


def _gate(value: float, closed: float, opened: float) -> float:
    return float(np.clip((value - closed) / (opened - closed), 0.0, 1.0))


def _weighted(opinions: Opinions, weights: dict[str, float]) -> Floats:
    return np.asarray(np.array(list(weights.values())) @ opinions.points(*weights))


def _level_weights(opinions: Opinions) -> dict[str, float]:
    ledger = _gate(opinions.smoothness, 0.995, 0.999)
    return {name: (1 - ledger) * LEVEL[name] + ledger * LEDGER[name] for name in LEVEL}


def _weights(level: float, steady: dict[str, float]) -> dict[str, float]:
    """Each member's share; a median counts as an even share of its half."""
    share = dict.fromkeys(sorted({*MEDIAN, *SEASONAL, *steady}), 0.0)
    for name in MEDIAN:
        share[name] += (1 - level) / 2 / len(MEDIAN)
    for name, weight in SEASONAL.items():
        share[name] += (1 - level) / 2 * weight
    for name, weight in steady.items():
        share[name] += level * weight
    return share
