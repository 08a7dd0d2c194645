"""Days on which MRR moved as it never does: a plain rule for a glance, not for a verdict."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from statistics import median, pstdev

from labverse.revenue.checkin import Anomaly
from labverse.revenue.figures import Day, Series

_WEEK, _BEFORE, _FEWEST = 7, 56, 28
_REACH = 5  # robust standard deviations
_NORMAL = 1.4826  # of median absolute deviations in one
_MATTERS = Decimal("0.01")  # of MRR: less is not worth a look


def anomalies(total: Series, today: date) -> list[Anomaly]:
    """Of the seven days before `today`, the newest first.

    A day is held against the 56 before it: further from their median than five robust standard
    deviations, and by more than 1 % of MRR.
    """
    days = [total.on(today - timedelta(days=back)) for back in range(_WEEK + _BEFORE, 0, -1)]
    found: list[Anomaly] = []
    for at in range(len(days) - 1, _BEFORE - 1, -1):
        before = [one for one in days[at - _BEFORE : at] if one.day >= total.first]
        if len(before) >= _FEWEST:
            found += _judged(days[at], before)
    return found


def _judged(day: Day, before: Sequence[Day]) -> list[Anomaly]:
    found = []
    for what, of in (("won", _won), ("lost", _lost)):
        usual, reach = _usual([of(one) for one in before])
        reach = max(reach, _MATTERS * before[-1].mrr)
        amount = of(day)
        if abs(amount - usual) > reach:
            limit = usual + reach if amount > usual else usual - reach
            found.append(Anomaly(day=day.day, what=what, amount=amount, usual=usual, limit=limit))
    return found


def _usual(amounts: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """The median, and how far from it is still usual."""
    middle = median(amounts)
    off = median(abs(amount - middle) for amount in amounts)
    # Most days alike: the median of what is off is 0, and says nothing of the others.
    spread = float(off) * _NORMAL if off else pstdev(map(float, amounts))
    return middle, Decimal(_REACH * spread)


def _won(day: Day) -> Decimal:
    return day.new + day.expansion + day.reactivation


def _lost(day: Day) -> Decimal:
    return day.contraction + day.churn
