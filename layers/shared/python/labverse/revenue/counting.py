"""The stream's side: what was kept is counted, and who listens is told."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal

from labverse.revenue.applying import Applying, merged
from labverse.revenue.events import DayChanged, MrrChanged
from labverse.revenue.models import SIGNS, Event
from labverse.revenue.ports import Announcer
from labverse.revenue.rates import Rates, converted
from labverse.revenue.timeline import TOTAL, Change, RowKey

Stamp = Callable[[], tuple[str, datetime]]
"""A new id, and the moment."""


class Counting:
    """The stream's side: kept events into rows, and who listens is told."""

    def __init__(
        self, applying: Applying, rates: Rates, announcer: Announcer, stamp: Stamp
    ) -> None:
        self._applying, self._rates = applying, rates
        self._announcer, self._stamp = announcer, stamp

    def __call__(self, events: Sequence[Event]) -> int:
        """Count `events`; how many days changed. Raises Unavailable."""
        days = self._days(self._applying(events))
        if days:
            id_, now = self._stamp()
            told = MrrChanged(event_id=id_, occurred_at=now, currency=self._rates.base, days=days)
            self._announcer.announce(told)
        return len(days)

    def _days(self, changes: Sequence[Change]) -> list[DayChanged]:
        found: dict[int, int] = {}
        for row, fields in merged(changes).items():
            if isinstance(row, RowKey) and row.dimension == TOTAL:
                net = sum(self._worth(row.day, name, by) for name, by in fields.items())
                found[row.day] = found.get(row.day, 0) + net
        return [
            DayChanged(day=date.fromordinal(day), change=_money(found[day]))
            for day in sorted(found)
        ]

    def _worth(self, day: int, name: str, by: int) -> int:
        currency, _, kind = name.partition("#")
        if kind not in SIGNS:  # how many customers pay
            return 0
        return SIGNS[kind] * converted(by, self._rates.by_day(currency, day, 1)[0])


def _money(micros: int) -> Decimal:
    return Decimal(micros).scaleb(-6)
