"""From what a caller has to one finite value a day, or a message that names what is wrong."""

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import pandas as pd

from labverse.forecast.arrays import Daily, Floats, weekday
from labverse.forecast.outliers import tame
from labverse.forecast.season import weekly_effect
from labverse.kernel.errors import FieldError, InvalidInput

FEWEST = 28
LONGEST = 4 * 365 + 1  # older days change nothing but the time it takes
_MOST_MISSING = 0.5
_MOST_BEHIND = 90


@dataclass(frozen=True)
class History:
    """The days that models learn from, and what had to be done to get them."""

    series: Daily
    behind: int
    """Days at the end of the index without a value: they are forecast too, and not returned."""
    filled: int
    repeated: int
    tamed: int
    last_day: pd.Timestamp


def read(history: pd.Series) -> History:
    """Sort, keep the last of repeated days, fill gaps. Raises InvalidInput."""
    index = _index(history)
    values = _values(history)
    repeated = index.duplicated(keep="last")
    days = pd.Series(values[~repeated], index=index[~repeated]).sort_index().asfreq("D")
    last_day = days.index[-1]
    known = days.loc[days.first_valid_index() : days.last_valid_index()]
    if known.notna().sum() < FEWEST:
        _refuse("history", f"has {known.notna().sum()} days with a value, {FEWEST} are needed")
    missing = int(known.isna().sum())
    if missing > _MOST_MISSING * len(known):
        _refuse("history", f"lacks {missing} of {len(known)} days, at most half may be missing")
    kept = known.iloc[-LONGEST:]
    first_day = (kept.index[0] - pd.Timestamp(0)).days
    filled = Daily(_fill(np.asarray(kept, dtype=np.float64), first_day), first_day)
    behind = (last_day - known.index[-1]).days
    if behind > _MOST_BEHIND:
        _refuse("history", f"ends with {behind} days without a value, {_MOST_BEHIND} at most")
    series, tamed = tame(filled)
    return History(series, behind, missing, int(repeated.sum()), tamed, last_day)


def check_request(horizon: object, level: object) -> None:
    """Raises InvalidInput naming every argument that cannot be used."""
    bad = []
    whole = isinstance(horizon, int | np.integer) and not isinstance(horizon, bool)
    if not (whole and 1 <= int(horizon) <= 730):  # type: ignore[call-overload]
        bad.append(FieldError(field="horizon", message="must be a whole number of days, 1 to 730"))
    real = isinstance(level, float | np.floating)
    if not (real and 0.5 <= float(level) <= 0.99):  # type: ignore[arg-type]
        bad.append(FieldError(field="level", message="must be a number from 0.5 to 0.99"))
    if bad:
        raise InvalidInput("this cannot be forecast", bad)


def _refuse(field: str, message: str) -> NoReturn:
    raise InvalidInput("this cannot be forecast", [FieldError(field=field, message=message)])


def _index(history: pd.Series) -> pd.DatetimeIndex:
    """The calendar days of the index, without time of day and zone."""
    if not isinstance(history, pd.Series):
        _refuse("history", "must be a pandas Series of one value a day")
    index = history.index
    if not isinstance(index, pd.DatetimeIndex) or index.hasnans:
        _refuse("history.index", "must be a DatetimeIndex without missing dates")
    if not len(history):
        _refuse("history", f"has 0 days with a value, {FEWEST} are needed")
    if index.tz is not None:
        index = index.tz_localize(None)
    return index.normalize()


def _values(history: pd.Series) -> Floats:
    if history.dtype == bool or np.iscomplexobj(history.to_numpy()):
        _refuse("history", "must hold real numbers")
    try:
        values = history.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        _refuse("history", "must hold real numbers")
    infinite = np.isinf(values)
    if infinite.any():
        where = ", ".join(str(day.date()) for day in history.index[infinite][:5])
        _refuse("history", f"is infinite on {where}")
    if np.nanmax(np.abs(values), initial=0.0) > 1e150:
        _refuse("history", "holds values beyond 1e150")
    return np.asarray(values)


def _fill(values: Floats, first_day: int) -> Floats:
    """Straight lines over gaps of the weekday-adjusted values: a missing Sunday is a Sunday."""
    missing = np.isnan(values)
    if not missing.any():
        return values
    place = np.arange(len(values))
    lined = np.interp(place, place[~missing], values[~missing])
    series = Daily(lined, first_day)
    effect = weekly_effect(series)[weekday(series.days(0, len(series)))]
    rest = np.interp(place, place[~missing], (values - effect)[~missing])
    return np.where(missing, rest + effect, values).astype(np.float64)
