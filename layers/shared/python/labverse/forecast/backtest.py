"""How the ensemble did on the last days of the history when it was not shown them."""

from dataclasses import dataclass

import numpy as np

from labverse.forecast.arrays import WEEK, Daily
from labverse.forecast.ensemble import look_ahead
from labverse.forecast.history import FEWEST

_ORIGINS = 4
_KEPT = 0.5  # the first origin still has this share of the history before it


@dataclass(frozen=True)
class Figures:
    """Over all origins and days. None: too little history, or no weekly error to compare with."""

    origins: int
    days: int
    mase: float | None
    coverage: float | None
    bias: float | None


def backtest(series: Daily, horizon: int, level: float) -> Figures:
    """Forecast from up to four past days, one horizon apart, and compare with what came."""
    days = min(horizon, len(series) // 4)
    oldest = max(FEWEST, int(len(series) * _KEPT))
    stops = [len(series) - days * back for back in range(1, _ORIGINS + 1)]
    stops = [stop for stop in stops if stop >= oldest]
    if not stops:
        return Figures(0, 0, None, None, None)
    errors, inside = [], []
    scaled: list[float] = []
    for stop in stops:
        ahead = look_ahead(series.until(stop), days, level)
        actual = series.values[stop : stop + days]
        naive = np.mean(np.abs(series.values[WEEK:stop] - series.values[: stop - WEEK]))
        errors.append(ahead.point - actual)
        inside.append((ahead.low <= actual) & (actual <= ahead.high))
        scaled.append(float(np.mean(np.abs(errors[-1])) / naive) if naive > 0 else np.nan)
    mase = float(np.mean(scaled))
    known = mase if np.isfinite(mase) else None
    return Figures(len(stops), days, known, float(np.mean(inside)), float(np.mean(errors)))
