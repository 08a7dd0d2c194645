"""The daily rows of channels as histories: what a day cost, and the new MRR that it won."""

from collections.abc import Iterable, Mapping

import numpy as np

from labverse.revenue.arrays import Floats
from labverse.revenue.daily import Row, worth
from labverse.revenue.rates import Rates
from labverse.revenue.spending import Spending
from labverse.revenue.timeline import SPEND, WON

_LONGEST = 730


def histories(
    channels: Iterable[str], spent: Iterable[Row], won: Iterable[Row], rates: Rates, last: int
) -> list[Spending]:
    """One for each of `channels`, empty where nothing is known to be spent on it.

    Each from its first day with spend on, all to the last day with spend on any of them, and never
    past ordinal `last`: days that nobody has told us of yet are not days without spend. Raises
    InvalidInput for a missing rate.
    """
    names = list(dict.fromkeys(channels))
    cost, gain = worth(spent, (SPEND,), rates), worth(won, WON, rates)
    known = [day for name in names for day in cost[name] if day <= last]
    end = max(known, default=0)
    found = []
    for name in names:
        first = max(min(cost[name], default=end + 1), end - _LONGEST + 1)
        found.append(Spending(name, *(_column(daily[name], first, end) for daily in (cost, gain))))
    return found


def _column(daily: Mapping[int, int], first: int, last: int) -> Floats:
    return np.array([daily.get(day, 0) / 1e6 for day in range(first, last + 1)])
