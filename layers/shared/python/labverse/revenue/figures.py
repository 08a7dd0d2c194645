"""Daily MRR and what is read from it: exact amounts, and ratios that say when they mean nothing."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

_MONTH, _WEEK = 30, 7
_MICRO = Decimal("0.000001")


@dataclass(frozen=True)
class Day:
    """The figures of one day in the base currency. A ratio over nothing is None."""

    day: date
    mrr: Decimal
    new: Decimal
    expansion: Decimal
    contraction: Decimal
    churn: Decimal
    reactivation: Decimal
    revaluation: Decimal
    """What exchange rates did: mrr = yesterday's + new + expansion + reactivation - contraction
    - churn + revaluation, to the last digit."""
    customers: int
    arpa: Decimal | None
    """MRR per paying customer, to the millionth."""
    quick_ratio: float | None
    """Of the last 30 days: MRR gained over MRR lost."""
    net_retention: float | None
    """Of the MRR 30 days ago, what expansions, contractions and churn since then leave. Counted by
    movements: those of customers who came meanwhile are among them, reactivations are not."""
    gross_retention: float | None
    """The same without expansions; never below 0."""
    weekly_growth: float | None


@dataclass(frozen=True)
class Series:
    """Days from `first` on, one entry a day; amounts in millionths of the base currency."""

    first: date
    mrr: tuple[int, ...]
    movements: dict[str, tuple[int, ...]]
    """By kind, each positive."""
    customers: tuple[int, ...]

    @property
    def last(self) -> date:
        """The last day; it does not matter to the figures that nothing happens after it."""
        return date.fromordinal(self.first.toordinal() + len(self.mrr) - 1)

    def days(self) -> tuple[Day, ...]:
        """Every day from first to last."""
        return tuple(self._day(index) for index in range(len(self.mrr)))

    def on(self, day: date) -> Day:
        """One day. Before the first there is nothing, after the last nothing changes."""
        return self._day(day.toordinal() - self.first.toordinal())

    def _day(self, index: int) -> Day:
        moved = {kind: _at(values, index) for kind, values in self.movements.items()}
        mrr, customers = self._mrr(index), self._customers(index)
        net = moved["new"] + moved["expansion"] + moved["reactivation"]
        net -= moved["contraction"] + moved["churn"]
        month = self._window(index)
        start, lost = self._mrr(index - _MONTH), month["contraction"] + month["churn"]
        return Day(
            date.fromordinal(self.first.toordinal() + index),
            _money(mrr),
            **{kind: _money(micros) for kind, micros in moved.items()},
            revaluation=_money(mrr - self._mrr(index - 1) - net),
            customers=customers,
            arpa=(_money(mrr) / customers).quantize(_MICRO) if customers else None,
            quick_ratio=_ratio(month["new"] + month["expansion"] + month["reactivation"], lost),
            net_retention=_ratio(start + month["expansion"] - lost, start),
            gross_retention=_ratio(max(start - lost, 0), start),
            weekly_growth=_ratio(mrr - self._mrr(index - _WEEK), self._mrr(index - _WEEK)),
        )

    def _mrr(self, index: int) -> int:
        return self.mrr[min(index, len(self.mrr) - 1)] if index >= 0 else 0

    def _customers(self, index: int) -> int:
        return self.customers[min(index, len(self.customers) - 1)] if index >= 0 else 0

    def _window(self, index: int) -> dict[str, int]:
        """Movements of the 30 days that end with this one."""
        low, high = max(index - _MONTH + 1, 0), max(index + 1, 0)
        return {kind: sum(values[low:high]) for kind, values in self.movements.items()}


def _at(values: tuple[int, ...], index: int) -> int:
    return values[index] if 0 <= index < len(values) else 0


def _money(micros: int) -> Decimal:
    return Decimal(micros).scaleb(-6)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole > 0 else None
