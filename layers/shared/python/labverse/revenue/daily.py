"""The daily rows as series: the same figures as the ledger's, without all of its events."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import accumulate
from typing import NamedTuple

from labverse.revenue.figures import Series
from labverse.revenue.models import KINDS, SIGNS
from labverse.revenue.rates import Rates, converted
from labverse.revenue.timeline import CUSTOMERS


class Row(NamedTuple):
    """One day of one value of a dimension; fields as in `timeline.Change`."""

    value: str
    day: int
    fields: Mapping[str, int]


def series(rows: Iterable[Row], rates: Rates) -> dict[str, Series]:
    """Of each value, by name, from its own first day to everybody's last.

    Raises InvalidInput for a missing rate.
    """
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if any(row.fields.values()):
            found[row.value].append(row)
    last = max((row.day for mine in found.values() for row in mine), default=0)
    return {value: _one(found[value], last, rates) for value in sorted(found)}


def worth(
    rows: Iterable[Row], kinds: tuple[str, ...], rates: Rates
) -> Mapping[str, Mapping[int, int]]:
    """Of these kinds together, in millionths of the base currency: by value and day.

    A value without any is empty. Raises InvalidInput for a missing rate.
    """
    found: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        for name, micros in row.fields.items():
            currency, _, kind = name.partition("#")
            if kind in kinds and micros:
                rate = rates.by_day(currency, row.day, 1)[0]
                found[row.value][row.day] += converted(micros, rate)
    return found


def _one(rows: list[Row], last: int, rates: Rates) -> Series:
    start = min(row.day for row in rows)
    size = last - start + 1
    mrr, net = [0] * size, [0] * size
    moved: dict[str, list[int]] = {kind: [0] * size for kind in KINDS}
    for currency, daily in _by_currency(rows).items():
        worth = rates.by_day(currency, min(daily), last - min(daily) + 1)
        balance = 0
        for at, rate in enumerate(worth, start=min(daily) - start):
            for kind, micros in daily.get(start + at, {}).items():
                moved[kind][at] += converted(micros, rate)
                balance += SIGNS[kind] * micros
            mrr[at] += converted(balance, rate)
    for row in rows:
        net[row.day - start] += row.fields.get(CUSTOMERS, 0)
    movements = {kind: tuple(values) for kind, values in moved.items()}
    return Series(date.fromordinal(start), tuple(mrr), movements, tuple(accumulate(net)))


def _by_currency(rows: list[Row]) -> dict[str, dict[int, dict[str, int]]]:
    """Amounts by currency, day and kind."""
    found: dict[str, dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        for name, micros in row.fields.items():
            currency, _, kind = name.partition("#")
            if kind and micros:
                found[currency][row.day][kind] = micros
    return found
