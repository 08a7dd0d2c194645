"""What repeats: the effect of the weekday, and of the time of year once there is enough history."""

from dataclasses import dataclass

import numpy as np

from labverse.forecast.arrays import WEEK, Daily, Floats, Ints, weekday, year_angle

_WEEKS = 26  # weekday habits older than half a year are habits no more
_ORDER = 6  # waves a year: nothing shorter than two months
_KNOT_DAYS = 30
YEARLY_FROM = 550  # below a year and a half, a season and a trend look the same


@dataclass(frozen=True)
class Season:
    """Effects by weekday, and coefficients of waves over the year (none: no yearly effect)."""

    weekly: Floats
    waves: Floats

    def effect(self, days: Ints) -> Floats:
        """What is added to the level on each of those days."""
        return np.asarray(self.weekly[weekday(days)] + self.yearly(days))

    def yearly(self, days: Ints) -> Floats:
        """The time of year's part of the effect."""
        if not len(self.waves):
            return np.zeros(len(days))
        return np.asarray(waves(days, _ORDER) @ self.waves)


def weekly_effect(series: Daily) -> Floats:
    """Effect of each weekday against a centred week, shrunk by how little it explains."""
    values = series.values
    middle = np.convolve(values, np.ones(WEEK) / WEEK, "valid")
    around = (values[3:-3] - middle)[-WEEK * _WEEKS :]
    names = weekday(series.days(3, len(values) - 3))[-WEEK * _WEEKS :]
    effect = np.array([np.median(around[names == name]) for name in range(WEEK)])
    effect -= effect.mean()
    unexplained = np.mean((around - effect[names]) ** 2)
    evidence = len(around) / WEEK * np.mean(effect**2) / (unexplained + 1e-12)
    return np.asarray(effect * max(0.0, 1 - 1.5 / max(evidence, 1e-9)))


def weekly_only(series: Daily) -> Season:
    """Weekdays alone."""
    return Season(weekly_effect(series), np.zeros(0))


def full_season(series: Daily) -> Season:
    """Weekdays and time of year; the latter beside a bending trend, so that it takes no growth."""
    weekly = weekly_effect(series)
    if len(series) < YEARLY_FROM:
        return Season(weekly, np.zeros(0))
    days = series.days(0, len(series))
    rest = series.values - weekly[weekday(days)]
    scale = float(np.std(rest)) or 1.0
    return Season(weekly, _fit(days, rest / scale) * scale)


def waves(days: Ints, order: int) -> Floats:
    """Sines, then cosines, of 1 to `order` periods a year."""
    angle = year_angle(days)[:, None] * np.arange(1, order + 1)
    return np.hstack([np.sin(angle), np.cos(angle)])


def _fit(days: Ints, target: Floats) -> Floats:
    """Ridge of waves and a broken line, twice reweighted so that odd days count little."""
    yearly = waves(days, _ORDER)
    time = (days - days[0]) / 365.0
    knots = np.arange(_KNOT_DAYS, len(days) - _KNOT_DAYS, _KNOT_DAYS) / 365.0
    bends = np.maximum(time[:, None] - knots, 0.0)
    design = np.hstack([yearly, np.ones((len(days), 1)), time[:, None], bends])
    order = np.tile(np.arange(1, _ORDER + 1), 2)
    penalty = np.concatenate([1.0 * order**2, [1e-6, 1e-3], np.full(len(knots), 1.0)])
    weights: Floats = np.ones(len(days))
    found: Floats = np.zeros(design.shape[1])
    for _ in range(3):
        weighted = design * weights[:, None]
        squares = design.T @ weighted + np.diag(penalty)
        found = np.asarray(np.linalg.solve(squares, weighted.T @ target), dtype=np.float64)
        off = np.abs(target - design @ found)
        usual = 1.5 * float(np.median(off)) * 1.4826
        weights = np.minimum(1.0, usual / np.maximum(off, 1e-12))
    return np.asarray(found[: 2 * _ORDER])
