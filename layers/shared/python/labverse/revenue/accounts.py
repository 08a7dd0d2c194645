"""How many customers pay, day by day: those whose own MRR is above nothing."""

import numpy as np

from labverse.revenue.arrays import Exact, Ints

DAYS = 1 << 17  # more than the days that an event may have


def paying(group: Ints, customer: Ints, currency: Ints, day: Ints, micros: Exact) -> Ints:
    """Who starts and stops paying: rows (group, day, +1 or -1), shape (n, 3).

    A customer pays while any balance in any currency is above 0. All columns are codes from 0;
    `day` counts from the first day and is below DAYS.
    """
    currencies = int(currency.max(initial=0)) + 1
    customers = int(customer.max(initial=0)) + 1
    owner = (group * customers + customer) * currencies + currency
    owner, day, change = _crossings(owner, day, micros)
    owner, day, change = _crossings(owner // currencies, day, change)
    return np.stack([owner // customers, day, change], axis=1)


def _crossings(owner: Ints, day: Ints, amount: Exact) -> tuple[Ints, Ints, Ints]:
    """When each owner's running total rises above 0 (+1) and falls back (-1)."""
    key = owner * DAYS + day
    keys, row = np.unique(key, return_inverse=True)
    daily = np.zeros(len(keys), dtype=amount.dtype)
    np.add.at(daily, row, amount)
    owner, day = keys // DAYS, keys % DAYS
    running = np.cumsum(daily)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    before = np.concatenate([running[:1] * 0, running])[first]
    lengths = np.diff(np.append(first, len(owner)))
    above = (running - np.repeat(before, lengths) > 0).astype(np.int64)
    change = np.diff(above, prepend=0)
    change[first] = above[first]
    moved = change != 0
    return owner[moved], day[moved], change[moved]
