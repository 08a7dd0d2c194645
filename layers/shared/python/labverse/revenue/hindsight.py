"""Advice of days gone by, judged by what came after."""

from datetime import date, timedelta

import numpy as np

from labverse.revenue.advice import Hindsight
from labverse.revenue.arrays import Floats
from labverse.revenue.config import AllocationLimits
from labverse.revenue.moves import HUMILITY, NORMAL
from labverse.revenue.optimize import INTERVAL, Fitted
from labverse.revenue.spending import Spending

_EVERY, _TIMES, _AFTER = 60, 3, 90


def backtest(channels: list[Spending], limits: AllocationLimits, last: date) -> list[Hindsight]:
    """The newest first; as many as there is data for, before and after. All end on `last`.

    Each is fitted twice, to the days before it and to those after it, which share nothing.
    """
    size = min((len(one.spend) for one in channels), default=0)
    aligned = [one.part(len(one.spend) - size, len(one.spend)) for one in channels]
    found = []
    for back in range(_EVERY, _EVERY * _TIMES + 1, _EVERY):
        at = size - back
        before = Fitted.of([one.part(0, max(at, 0)) for one in aligned], limits)
        after = Fitted.of([one.part(max(at, 0), at + _AFTER) for one in aligned], limits)
        if at > 0 and not before.missing and not after.missing and len(aligned) > 1:
            found.append(_judged(before, after, last - timedelta(days=back)))
    return found


def _judged(before: Fitted, after: Fitted, day: date) -> Hindsight:
    plan = before.plan(float(before.current.sum()))
    mix = np.array([one.same_mix for one in plan.channels])
    to = np.array([one.recommended for one in plan.channels])
    mean, deviation = change(after, mix, to)
    reach = NORMAL.inv_cdf(0.5 + INTERVAL / 2) * deviation
    return Hindsight(
        as_of=day,
        status=plan.status,
        expected=plan.effect,
        turned_out=mean,
        low=mean - reach,
        high=mean + reach,
    )


def change(fitted: Fitted, before: Floats, after: Floats) -> tuple[float, float]:
    """What moving all channels changes a day: mean and standard deviation."""
    mean = variance = 0.0
    for response, one, other in zip(fitted.responses, before, after, strict=True):
        if response is not None:
            gain, doubt = response.change(float(one), np.array([other]))
            mean, variance = mean + float(gain[0]), variance + float(doubt[0])
    return mean, HUMILITY * variance**0.5
