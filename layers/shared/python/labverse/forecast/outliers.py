"""Single wild days: an import run twice, a refund booked as revenue. Shifts of level are kept."""

import numpy as np

from labverse.forecast.arrays import Daily, Floats, weekday
from labverse.forecast.season import weekly_effect

_SIDE = 5  # days before and after, whose medians say what was to be expected
_FAR = 12.0  # usual deviations: what a busy day or a big deal does not reach
_LONGEST = 2  # days; more of them close together are a new level or an event, and stay


def tame(series: Daily) -> tuple[Daily, int]:
    """Replace wild days by the nearer of what the days beside them say; also returns how many.

    A wild day is off the same way from the days before and from the days after, so a step is not.
    """
    values = series.values
    effect = weekly_effect(series)[weekday(series.days(0, len(series)))]
    before, after = _beside(values - effect)
    rise, fall = values - effect - before, values - effect - after
    usual = float(np.median(np.abs(rise))) * 1.4826
    off = np.where(rise * fall > 0, np.sign(rise) * np.minimum(np.abs(rise), np.abs(fall)), 0.0)
    wild = np.abs(off) > _FAR * usual
    # at the very end no later day tells a wild one from a new level: only the absurd is tamed
    wild[-_LONGEST:] &= np.abs(off[-_LONGEST:]) > np.ptp(values[:-_LONGEST])
    crowd = np.convolve(wild, np.ones(2 * _SIDE + 1), "same")
    tamed = wild & (crowd <= _LONGEST)
    if usual == 0 or not tamed.any():
        return series, 0
    return Daily(np.where(tamed, values - off, values), series.first_day), int(tamed.sum())


def _beside(values: Floats) -> tuple[Floats, Floats]:
    """Medians of the days before and after each; where there are too few, of the other side."""
    windows = np.median(np.lib.stride_tricks.sliding_window_view(values, _SIDE), axis=1)
    before, after = np.empty(len(values)), np.empty(len(values))
    before[_SIDE:], after[:-_SIDE] = windows[:-1], windows[1:]
    before[:_SIDE], after[-_SIDE:] = after[:_SIDE], before[-_SIDE:]
    return before, after
