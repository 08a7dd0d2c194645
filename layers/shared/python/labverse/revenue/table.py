"""Deltas as columns, and the sums over them: what makes a million events a matter of seconds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

import numpy as np

from labverse.revenue.accounts import paying
from labverse.revenue.arrays import Exact, Ints
from labverse.revenue.deltas import Cell, Deltas
from labverse.revenue.figures import Series
from labverse.revenue.models import KINDS, SIGNS
from labverse.revenue.rates import Rates, converted

_FITS = 2.0**62  # absolute sums below this never overflow int64


@dataclass(frozen=True)
class Column:
    """One field of the cells: what it may be, and which of it each row is."""

    values: tuple[str, ...]
    codes: Ints

    @classmethod
    def of(cls, values: Iterable[str]) -> "Column":
        """Codes in the order in which values are first met."""
        index: dict[str, int] = {}
        codes = [index.setdefault(value, len(index)) for value in values]
        return cls(tuple(index), np.array(codes, dtype=np.int64))


@dataclass(frozen=True)
class Table:
    """One row a cell."""

    columns: dict[str, Column]
    day: Ints
    kind: Ints
    micros: Exact
    first: int
    """The ordinal that day 0 is."""

    @classmethod
    def of(cls, deltas: Deltas) -> "Table":
        """The columns of `deltas`."""
        cells, amounts = list(deltas.micros), list(deltas.micros.values())
        exact = np.int64 if sum(map(abs, amounts)) < _FITS else object
        days = np.array([cell.day for cell in cells], dtype=np.int64)
        first = int(days.min(initial=date.max.toordinal()))
        code: dict[str, int] = {kind: index for index, kind in enumerate(KINDS)}
        return cls(
            {name: Column.of(column) for name, column in _by_name(cells)},
            days - first,
            np.array([code[cell.kind] for cell in cells], dtype=np.int64),
            np.array(amounts, dtype=exact),
            first,
        )

    def series(self, name: str | None, rates: Rates) -> dict[str, Series]:
        """The series of each value of column `name`, or with None of everything, under "".

        Raises InvalidInput for a missing rate.
        """
        if not len(self.day):
            return {}
        whole = Column(("",), np.zeros(len(self.day), dtype=np.int64))
        group = whole if name is None else self.columns[name]
        length = int(self.day.max()) + 1
        signed = self.micros * np.array([SIGNS[kind] for kind in KINDS])[self.kind]
        customer, currency = self.columns["customer"].codes, self.columns["currency"].codes
        steps = paying(group.codes, customer, currency, self.day, signed)
        rows = _split(group.codes, len(group.values))
        counts = _split(steps[:, 0], len(group.values))
        return {
            value: self._one(rows[code], steps[counts[code]], length, rates)
            for code, value in sorted(enumerate(group.values), key=lambda pair: pair[1])
        }

    def _one(self, rows: Ints, steps: Ints, length: int, rates: Rates) -> Series:
        """The series of the rows of one group, from its own first day to everybody's last."""
        start = int(self.day[rows].min())
        size = length - start
        mrr = np.zeros(size, dtype=object)
        moved = {kind: np.zeros(size, dtype=object) for kind in KINDS}
        codes = self.columns["currency"].codes[rows]
        for code in np.unique(codes):
            mine = rows[codes == code]
            currency = self.columns["currency"].values[code]
            came = int(self.day[mine].min()) - start
            # A currency needs no rate before it is used.
            worth = [0] * came + rates.by_day(currency, self.first + start + came, size - came)
            balance = np.zeros(size, dtype=self.micros.dtype)
            for index, kind in enumerate(KINDS):
                chosen = mine[self.kind[mine] == index]
                daily = np.zeros(size, dtype=self.micros.dtype)
                np.add.at(daily, self.day[chosen] - start, self.micros[chosen])
                balance += SIGNS[kind] * daily
                moved[kind] += _valued(daily, worth)
            mrr += _valued(np.cumsum(balance), worth)
        net = np.zeros(size, dtype=np.int64)
        np.add.at(net, steps[:, 1] - start, steps[:, 2])
        return Series(
            date.fromordinal(self.first + start),
            tuple(mrr),
            {kind: tuple(values) for kind, values in moved.items()},
            tuple(accumulate(net.tolist())),
        )


def _by_name(cells: list[Cell]) -> Iterable[tuple[str, list[str]]]:
    for name in ("customer", "plan", "channel", "segment", "currency"):
        at = Cell._fields.index(name)
        yield name, [cell[at] for cell in cells]  # type: ignore[misc] # only `day` is a number


def _valued(micros: Exact, worth: list[int]) -> Exact:
    """In the base currency, as Python integers: a product may be larger than int64."""
    valued = [converted(one, rate) for one, rate in zip(micros.tolist(), worth, strict=True)]
    return np.array(valued, dtype=object)


def _split(codes: Ints, groups: int) -> list[Ints]:
    """The rows of each group."""
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.searchsorted(codes[order], np.arange(1, groups)))
