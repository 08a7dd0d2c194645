"""The models that are asked, each about the same series."""

from dataclasses import dataclass

import numpy as np

from labverse.forecast.arrays import WEEK, Daily, Floats, Member, autocorrelation
from labverse.forecast.direct import direct_point
from labverse.forecast.level import level_member
from labverse.forecast.season import Season, full_season, weekly_only
from labverse.forecast.smoothing import smoothing_member, theta_member

_FAR = 90  # days: persistence is measured at the horizon that matters
_RECENT = 365


@dataclass(frozen=True)
class Opinions:
    """What every member says, and two traits of the series that decide whom to believe."""

    by_name: dict[str, Member]
    persistence: float
    """Autocorrelation of the level at 90 days: near 0 for flows, high for ledgers and prices."""
    smoothness: float
    """Autocorrelation of the last year from day to day: near 1 for ledgers and running sums."""
    yearly: Floats
    """The time of year's effect on each day ahead, against the last week."""

    def points(self, *names: str) -> Floats:
        """One row per name."""
        return np.array([self.by_name[name].point for name in names])

    def sigmas(self, *names: str) -> Floats:
        """One row per name."""
        return np.array([self.by_name[name].sigma for name in names])


def ask(series: Daily, horizon: int) -> Opinions:
    """Ask all members. The series is not constant and of ordinary size (see `ensemble`)."""
    weekly, full = weekly_only(series), full_season(series)
    level, deseasoned = _without(series, weekly), _without(series, full)
    by_name = {
        "holt": _with(series, weekly, level_member(level, horizon)),
        "seasonal_holt": _with(series, full, level_member(deseasoned, horizon)),
        "ets": smoothing_member(series.values, horizon),
        "seasonal_ets": _with(series, full, smoothing_member(deseasoned, horizon)),
        "theta": _with(series, weekly, theta_member(level, horizon)),
        "direct": Member(direct_point(series, horizon), np.zeros(horizon)),
    }
    far = min(_FAR, len(series) // 3)
    recent = level[-_RECENT:]
    smoothness = 1 - float(np.var(np.diff(recent)) / (2 * np.var(recent) + 1e-12))
    now = float(full.yearly(series.days(len(series) - WEEK, len(series))).mean())
    yearly = full.yearly(series.days(len(series), len(series) + horizon)) - now
    return Opinions(by_name, autocorrelation(level, far), smoothness, yearly)


def _without(series: Daily, season: Season) -> Floats:
    return np.asarray(series.values - season.effect(series.days(0, len(series))))


def _with(series: Daily, season: Season, member: Member) -> Member:
    ahead = series.days(len(series), len(series) + len(member.point))
    return Member(member.point + season.effect(ahead), member.sigma)
