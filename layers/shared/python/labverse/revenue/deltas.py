"""What events add to each day, in a form that adds up: two parts of a stream are one sum.

A stream keeps `Deltas` and adds to them; whoever holds all events makes them at once. Both end in
the same figures, since addition does not care about order.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from labverse.revenue.models import Event, Movement, Reversal, Spend, Touchpoint


class Cell(NamedTuple):
    """What movements are told apart by. `day` is the proleptic ordinal of the day in UTC."""

    day: int
    kind: str
    customer: str
    plan: str
    channel: str
    segment: str
    currency: str


@dataclass(frozen=True)
class Deltas:
    """Amounts in millionths of the currency's unit by cell; cells that add up to 0 are left out."""

    micros: dict[Cell, int] = field(default_factory=dict)

    def __add__(self, other: "Deltas") -> "Deltas":
        """The deltas of both together. Neither is changed."""
        total = dict(self.micros)
        for cell, micros in other.micros.items():
            total[cell] = total.get(cell, 0) + micros
        return Deltas({cell: micros for cell, micros in total.items() if micros})


@dataclass(frozen=True)
class Resolved:
    """Events without repetition, and what of them counts."""

    movements: tuple[Movement, ...]
    """Those that stand: each id once, the reversed ones left out."""
    unmatched: tuple[str, ...]
    """Reversals of what has not been seen, or of another reversal."""
    conflicts: tuple[str, ...]
    """Ids under which different events came. The one that sorts first counts."""


def resolve(events: Iterable[Event]) -> Resolved:
    """What stands after duplicates and reversals, whatever the order of arrival."""
    by_id: dict[str, Event] = {}
    conflicts: set[str] = set()
    for event in events:
        before = by_id.setdefault(event.id, event)
        if before is not event and before != event:
            conflicts.add(event.id)
            by_id[event.id] = min(before, event, key=_canonical)
    reversals = [one for one in by_id.values() if isinstance(one, Reversal)]
    reversed_ids = {one.reverses for one in reversals}
    movements = tuple(
        one for one in by_id.values() if isinstance(one, Movement) and one.id not in reversed_ids
    )
    unmatched = sorted(
        one.id for one in reversals if isinstance(by_id.get(one.reverses), Reversal | None)
    )
    return Resolved(movements, tuple(unmatched), tuple(sorted(conflicts)))


def deltas(movements: Iterable[Movement]) -> Deltas:
    """What distinct movements add up to. For a reversed one add `reversed_deltas` of it."""
    total: dict[Cell, int] = {}
    for one in movements:
        cell = Cell(
            one.effective_at.toordinal(),
            one.kind,
            one.customer,
            one.plan,
            one.channel,
            one.segment,
            one.currency,
        )
        total[cell] = total.get(cell, 0) + int(one.amount.scaleb(6))
    return Deltas({cell: micros for cell, micros in total.items() if micros})


def reversed_deltas(movements: Iterable[Movement]) -> Deltas:
    """What takes `movements` back, for a stream that has already counted them."""
    return Deltas({cell: -micros for cell, micros in deltas(movements).micros.items()})


def _canonical(event: Event) -> tuple[object, ...]:
    """An order that depends on what is said, not on how: 1E+2 is 100. Kinds never mix."""
    if isinstance(event, Reversal):
        return (event.kind, event.reverses)
    if isinstance(event, Touchpoint):
        return (event.kind, event.customer, event.channel, event.effective_at)
    if isinstance(event, Spend):
        return (event.kind, event.channel, event.currency, event.amount, event.effective_at)
    names = ("kind", "customer", "plan", "channel", "segment", "currency", "amount", "effective_at")
    return tuple(getattr(event, name) for name in names)
