"""The use cases of revenue: events in, figures out, a customer forgotten."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from labverse.kernel.clock import Clock
from labverse.kernel.errors import FieldError, InvalidInput
from labverse.revenue.daily import series
from labverse.revenue.figures import Series
from labverse.revenue.models import Event, Movement, Rejected, Spend, Touchpoint, parse
from labverse.revenue.ports import Book, Sums
from labverse.revenue.rates import Rates
from labverse.revenue.report import (
    LONGEST,
    AttributionReport,
    Erased,
    EventsPage,
    MrrReport,
    Receipt,
    shown,
)
from labverse.revenue.timeline import TOTAL

MOST = 500
"""Events in one batch."""
Attribute = Callable[[Iterable[tuple[tuple[str, ...], float, float]], str], dict[str, float]]


class _Placed(NamedTuple):
    place: int
    """In the batch."""
    event: Event


class Recording:
    """Events in: each is looked at by itself, and kept once."""

    def __init__(self, book: Book, rates: Rates, clock: Clock) -> None:
        self._book, self._rates, self._clock = book, rates, clock

    def __call__(self, batch: Sequence[Any]) -> Receipt:
        """Keep what can be used. Raises InvalidInput for more than MOST events, and Unavailable.

        What was accepted stays so; sent again after Unavailable, it counts as duplicate.
        """
        if len(batch) > MOST:
            message = f"{len(batch)} events; at most {MOST} in one batch"
            raise InvalidInput("too many events", [FieldError(field="events", message=message)])
        parsed = parse(batch)
        rejected = list(parsed.rejected)
        good: list[_Placed] = []
        for index, event in zip(parsed.indexes, parsed.accepted, strict=True):
            problem = self._unworthy(event)
            if problem is None:
                good.append(_Placed(index, event))
            else:
                rejected.append(Rejected(index=index, field="currency", message=problem))
        accepted, duplicate = self._kept(self._renamed(good), rejected)
        rejected.sort(key=lambda one: one.index)
        return Receipt(accepted=accepted, duplicate=duplicate, rejected=rejected)

    def page(self, after: str | None) -> EventsPage:
        """Some of what is kept. Raises Unavailable."""
        found = self._book.page(after)
        return EventsPage(
            events=list(found.events), unreadable=list(found.unreadable), next=found.last
        )

    def erase(self, customer: str) -> Erased:
        """Forget who a customer is; what he paid stays in every sum. Raises Unavailable."""
        return Erased(erased=self._book.forget(customer))

    def _unworthy(self, event: Event) -> str | None:
        """Why it cannot be valued in the base currency; None where it can."""
        if not isinstance(event, Movement | Spend):
            return None
        try:
            self._rates.by_day(event.currency, event.effective_at.toordinal(), 1)
        except InvalidInput as error:
            return error.fields[0].message
        return None

    def _renamed(self, good: list[_Placed]) -> list[_Placed]:
        """With kept names in place of the customers'."""
        customers = {
            one.event.customer: None for one in good if isinstance(one.event, Movement | Touchpoint)
        }
        names = self._book.names(list(customers), self._clock.now()) if customers else {}
        return [_Placed(index, renamed(event, names)) for index, event in good]

    def _kept(self, good: list[_Placed], rejected: list[Rejected]) -> tuple[int, int]:
        """How many were new and how many were there; appends to `rejected` who are neither."""
        first: dict[str, _Placed] = {}
        for one in good:
            first.setdefault(one.event.id, one)
        there = self._book.add([one.event for one in first.values()]) if first else {}
        accepted = duplicate = 0
        for one in good:
            kept = there.get(one.event.id) or first[one.event.id].event
            if one.event != kept:
                message = "another event has this id, or its customer was erased"
                rejected.append(Rejected(index=one.place, field="id", message=message))
            elif one.event.id in there or one is not first[one.event.id]:
                duplicate += 1
            else:
                accepted += 1
        return accepted, duplicate


def renamed(event: Event, names: Mapping[str, str]) -> Event:
    """`event` under the customer's kept name, where it is about one."""
    if not isinstance(event, Movement | Touchpoint):
        return event
    return event.model_copy(update={"customer": names[event.customer]})


class Reporting:
    """Figures out, from rows that are always up to date with what the stream has counted."""

    def __init__(self, sums: Sums, rates: Rates, clock: Clock) -> None:
        self._sums, self._rates, self._clock = sums, rates, clock

    def mrr(self, first: date | None, last: date | None, by: str | None) -> MrrReport:
        """The days asked for, or all of the last years. Raises InvalidInput and Unavailable."""
        now = self._clock.now()
        total = self._series(TOTAL)
        last = last or max([now.date(), *(one.last for one in total.values())])
        began = max([last - LONGEST, *(one.first for one in total.values())])
        first = first or min(began, last)
        groups = self._series(by) if by else {}
        return MrrReport(
            currency=self._rates.base,
            as_of=now,
            days=shown(total, first, last).get("", []),
            by=by,
            groups=shown(groups, first, last),
        )

    def _series(self, dimension: str) -> dict[str, Series]:
        return series(self._sums.rows(dimension), self._rates)


class Attributing:
    """Who is owed the customers who came."""

    def __init__(self, sums: Sums, attribute: Attribute) -> None:
        self._sums, self._attribute = sums, attribute

    def __call__(self, method: str) -> AttributionReport:
        """By one method. Raises InvalidInput for an unknown method."""
        paths = [(path, float(came), float(not_)) for path, came, not_ in self._sums.paths()]
        total = sum(came for _, came, _ in paths)
        owed = self._attribute(sorted(paths), method)
        return AttributionReport(method=method, total=total, conversions=owed)
