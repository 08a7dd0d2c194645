"""The daily rows of channels as histories: what a day cost, and the new MRR that it won."""

from collections import defaultdict
from collections.abc import Collection, Iterable

import numpy as np

from labverse.revenue.arrays import Floats
from labverse.revenue.daily import Row
from labverse.revenue.rates import Rates, converted
from labverse.revenue.spending import Spending
from labverse.revenue.timeline import SPEND

WON = ("new", "reactivation")
_LONGEST = 730
_Daily = dict[str, dict[int, int]]


def histories(
    channels: Iterable[str], spent: Iterable[Row], won: Iterable[Row], rates: Rates, last: int
) -> list[Spending]:
    """One for each of `channels`, empty where nothing is known to be spent on it.

    Each from its first day with spend on, all to the last day with spend on any of them, and never
    past ordinal `last`: days that nobody has told us of yet are not days without spend. Raises
    InvalidInput for a missing rate.
    """
    names = list(dict.fromkeys(channels))
    cost, gain = _daily(spent, (SPEND,), rates, names), _daily(won, WON, rates, names)
    known = [day for daily in cost.values() for day in daily if day <= last]
    end = max(known, default=0)
    found = []
    for name in names:
        first = max(min(cost[name], default=end + 1), end - _LONGEST + 1)
        found.append(Spending(name, *(_column(daily[name], first, end) for daily in (cost, gain))))
    return found


def _daily(
    rows: Iterable[Row], kinds: tuple[str, ...], rates: Rates, names: Collection[str]
) -> _Daily:
    """Millionths of the base currency by channel and day."""
    found: _Daily = defaultdict(lambda: defaultdict(int))
    for row in rows:
        for name, micros in row.fields.items():
            currency, _, kind = name.partition("#")
            if row.value in names and kind in kinds and micros:
                worth = rates.by_day(currency, row.day, 1)[0]
                found[row.value][row.day] += converted(micros, worth)
    return found


def _column(daily: dict[int, int], first: int, last: int) -> Floats:
    return np.array([daily.get(day, 0) / 1e6 for day in range(first, last + 1)])
