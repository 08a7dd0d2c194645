"""Change from today's level, learnt directly for every horizon from all past days of the series.

Recursive models feed their own errors back. Here one robust ridge regression answers for all days
ahead: the change is a sum of things known at the cut, each growing with the days ahead.
"""

import numpy as np

from labverse.forecast.arrays import WEEK, Daily, Floats, Ints, weekday
from labverse.forecast.season import YEARLY_FROM, waves

_FIRST_CUT, _CUTS, _STEPS = 60, 160, 24
_WAVES = 2  # orders of the year's waves
_RIDGE = 0.2
_RIDGE_SHORT = 200.0  # days of history at which the ridge is twice that
_TAIL = 0.05  # features and answers stay within what all but this share of the past saw
_HALF_LIFE = 365.0
_ROUNDS = 4
_LAST_YEAR = 52 * WEEK


def direct_point(series: Daily, horizon: int) -> Floats:
    """The point for each day ahead: the last week's mean plus the change that was learnt."""
    values, scale = series.values, change_scale(series.values)
    week = trailing_mean(values, WEEK)
    cuts, ahead = past_pairs(series, horizon)
    table = features(series, cuts, ahead)
    change = (values[cuts + ahead] - week[cuts]) / scale
    low, high = np.quantile(table, [_TAIL, 1 - _TAIL], axis=0)
    table = np.clip(table, low, high)
    size = np.sqrt(np.mean(table**2, axis=0)) + 1e-9
    recent = np.asarray(0.5 ** ((len(series) - cuts) / _HALF_LIFE))
    ridge = _RIDGE * (1 + _RIDGE_SHORT / len(series))
    learnt = _robust_ridge(table / size, change, recent, ridge)
    days = np.arange(1, horizon + 1)
    asked = features(series, np.full(horizon, len(series) - 1), days)
    answer = np.clip(asked, low, high) / size @ learnt
    return np.asarray(week[-1] + scale * np.clip(answer, *np.quantile(change, [_TAIL, 1 - _TAIL])))


def _robust_ridge(table: Floats, target: Floats, recent: Floats, ridge: float) -> Floats:
    """Least absolute errors approached by reweighting, which one odd month cannot steer."""
    weights = recent
    learnt = np.zeros(table.shape[1])
    for _ in range(_ROUNDS):
        weighted = table * weights[:, None]
        penalty = ridge * weights.sum() * np.eye(table.shape[1])
        learnt = np.linalg.solve(weighted.T @ table + penalty, weighted.T @ target)
        off = np.abs(target - table @ learnt)
        weights = recent * np.minimum(1.0, (np.median(off) + 1e-9) / np.maximum(off, 1e-12))
    return learnt


def features(series: Daily, cuts: Ints, ahead: Ints) -> Floats:
    """One row per (cut, days ahead): what was known at the cut, and which day is asked for."""
    values, scale = series.values, change_scale(series.values)
    week, month, quarter = (trailing_mean(values, width) for width in (WEEK, 28, 90))
    moved = np.column_stack([week - month, month - quarter, values - week])[cuts] / scale
    moved = np.clip(moved, -30, 30)
    reach = (ahead / 90.0)[:, None]
    grown = np.hstack([np.sqrt(reach), reach])
    now, then = series.first_day + cuts, series.first_day + cuts + ahead
    habit = _weekday_habit(series)[cuts, weekday(then)] / scale
    columns = [grown, *(grown * moved[:, [k]] for k in range(3)), moved, habit[:, None]]
    if len(series) >= YEARLY_FROM:
        columns += [waves(then, _WAVES) - waves(now, _WAVES)]
        columns += [_last_year(week, cuts, ahead)[:, None] / scale]
    return np.hstack(columns)


def past_pairs(series: Daily, horizon: int) -> tuple[Ints, Ints]:
    """Cuts and days ahead whose answers are known, evenly spread over the past."""
    last = len(series) - 1
    cuts = np.unique(np.linspace(min(_FIRST_CUT, last // 2), last - WEEK, _CUTS).astype(np.int64))
    steps = np.unique(np.linspace(1, horizon, min(_STEPS, horizon)).astype(np.int64))
    cut, ahead = (grid.ravel() for grid in np.meshgrid(cuts, steps, indexing="ij"))
    ahead = np.minimum(ahead + cut % 4, horizon)  # a phase per cut: all days ahead are met
    inside = cut + ahead <= last
    return cut[inside], ahead[inside]


def change_scale(values: Floats) -> float:
    """Mean absolute daily change over the last year."""
    return float(np.mean(np.abs(np.diff(values[-366:])))) + 1e-12


def trailing_mean(values: Floats, width: int) -> Floats:
    """Mean of the last `width` values, or of what there is at the beginning."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    end = np.arange(1, len(values) + 1)
    begin = np.maximum(end - width, 0)
    return np.asarray((total[end] - total[begin]) / (end - begin))


def _last_year(week: Floats, cuts: Ints, ahead: Ints) -> Floats:
    """How the level changed over the same weekdays a year before; 0 where that is not known."""
    before = cuts - _LAST_YEAR
    known = before >= 0
    then = np.clip(before + ahead + 3, 0, cuts)
    change = week[then] - week[np.clip(before + 3, 0, cuts)]
    return np.where(known & (before + ahead + 3 <= cuts), change, 0.0)


def _weekday_habit(series: Daily) -> Floats:
    """After each day (rows), how far each weekday lay from the mean over the last four weeks."""
    count = len(series)
    off = series.values - trailing_mean(series.values, 28)
    first = int(weekday(series.days(0, 1))[0])
    habit = np.zeros((count, WEEK))
    for name in range(WEEK):
        start = (name - first) % WEEK
        mine = trailing_mean(off[start::WEEK], 4)
        habit[:, name] = mine[np.maximum((np.arange(count) - start) // WEEK, 0)]
    return np.asarray(habit - habit.mean(axis=1, keepdims=True))
