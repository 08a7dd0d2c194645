"""What one customer did, and what that adds to the daily rows and to the paths of everybody.

The rows are sums. Whoever adds a customer's events adds the difference between what the customer
came to before and comes to now, so a late event, or one taken back, is right wherever it lands.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import NamedTuple

from labverse.revenue.models import SIGNS, Event, Reversal, Spend, Touchpoint

TOTAL = "total"
CUSTOMERS = "customers"
"""The field of a row that says how many more customers pay than the day before."""
CONVERSIONS, NULLS = "conversions", "nulls"
SPEND = "spend"
"""The kind of an entry, and the dimension of the rows that it is in: one for each channel."""
WON = ("new", "reactivation")
"""The kinds by which customers come: what spend is for."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_DAY = 86_400_000_000
_FIRST = _EPOCH.toordinal()
_HALF = 50


class Entry(NamedTuple):
    """One event of a customer. Of a reversal, `id` is what it takes back, and the rest is empty."""

    id: str
    kind: str
    at: int = 0
    """Microseconds since 1970."""
    plan: str = ""
    channel: str = ""
    segment: str = ""
    currency: str = ""
    micros: int = 0

    @property
    def day(self) -> int:
        """The proleptic ordinal of the day in UTC."""
        return self.at // _DAY + _FIRST

    @classmethod
    def of(cls, event: Event) -> "Entry":
        """What is remembered of `event`."""
        if isinstance(event, Reversal):
            return cls(event.reverses, "reversal")
        at = (event.effective_at - _EPOCH) // _MICRO
        if isinstance(event, Touchpoint):
            return cls(event.id, "touchpoint", at, channel=event.channel)
        micros = int(event.amount.scaleb(6))
        if isinstance(event, Spend):
            return cls(event.id, SPEND, at, "", event.channel, "", event.currency, micros)
        names = (event.plan, event.channel, event.segment, event.currency)
        return cls(event.id, event.kind, at, *names, micros)


class RowKey(NamedTuple):
    """Whose row of which day: `value` is empty where `dimension` is `total`."""

    dimension: str
    value: str
    day: int


class Change(NamedTuple):
    """`by` more in `field` of a row; fields are CUSTOMERS and `<currency>#<kind>`, in millionths.

    Of a path, `row` is the channels in order, and the fields are CONVERSIONS and NULLS.
    """

    row: RowKey | tuple[str, ...]
    field: str
    by: int


@dataclass(frozen=True)
class Timeline:
    """Everything that came of one customer, in the order of arrival."""

    entries: tuple[Entry, ...] = ()

    def plus(self, more: Iterable[Entry]) -> "Timeline":
        """With those of `more` that are not there yet: the same event counts once."""
        known = {(one.kind == "reversal", one.id): one for one in self.entries}
        kept = len(known)
        for one in more:
            known.setdefault((one.kind == "reversal", one.id), one)
        return Timeline((*self.entries, *tuple(known.values())[kept:]))

    def standing(self) -> list[Entry]:
        """What counts: nothing that was taken back."""
        gone = {one.id for one in self.entries if one.kind == "reversal"}
        return [one for one in self.entries if one.kind != "reversal" and one.id not in gone]


def changes(before: Timeline, after: Timeline) -> list[Change]:
    """What to add so that the rows and paths hold `after` where they held `before`.

    Only groups that an event joins or leaves are looked at: a customer of years costs no more.
    """
    old, new = before.standing(), after.standing()
    gone, come = set(old) - set(new), set(new) - set(old)
    found: Counter[tuple[RowKey | tuple[str, ...], str]] = Counter()
    for sign, events in ((1, come), (-1, gone)):
        for one in events:
            for dimension, value in _groups(one):
                row = RowKey(dimension, value, one.day)
                found[row, f"{one.currency}#{one.kind}"] += sign * one.micros
    touched = {group for one in come | gone for group in _groups(one)}
    for sign, standing in ((1, new), (-1, old)):
        for row, step in _steps(standing, touched):
            found[row, CUSTOMERS] += sign * step
        if walked := path(standing):
            converted = any(one.kind == "new" for one in standing)
            found[walked, CONVERSIONS if converted else NULLS] += sign
    return [Change(row, name, by) for (row, name), by in found.items() if by]


Group = tuple[str, str]
"""A dimension and a value of it."""


def _groups(one: Entry) -> tuple[Group, ...]:
    """Whose rows a movement is in; a touchpoint is in none."""
    if one.kind == SPEND:
        return ((SPEND, one.channel),)
    if one.kind not in SIGNS:
        return ()
    named = (("plan", one.plan), ("channel", one.channel), ("segment", one.segment))
    return ((TOTAL, ""), *named)


def _steps(events: Iterable[Entry], touched: Collection[Group]) -> Iterator[tuple[RowKey, int]]:
    """When a customer starts and stops paying in each of these groups."""
    net: dict[Group, dict[str, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    for one in events:
        day, signed = one.day, SIGNS.get(one.kind, 0) * one.micros
        for group in _groups(one):
            if group in touched:
                net[group][one.currency][day] += signed
    for (dimension, value), balances in net.items():
        for day, step in _paying(balances.values()):
            yield RowKey(dimension, value, day), step


def _paying(balances: Iterable[Mapping[int, int]]) -> Iterator[tuple[int, int]]:
    """When a customer starts and stops paying: while any balance in any currency is above 0."""
    above: Counter[int] = Counter()
    for day, step in chain.from_iterable(_crossings(daily) for daily in balances):
        above[day] += step
    return _crossings(above)


def _crossings(daily: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """The days on which the running total rises above 0 (+1) and falls back (-1)."""
    total, was = 0, 0
    for day in sorted(daily):
        total += daily[day]
        now = int(total > 0)
        if now != was:
            yield day, now - was
        was = now


def path(standing: Iterable[Entry]) -> tuple[str, ...]:
    """The channels on the way to the first `new` movement, or all there are without one.

    Who came without a touch that we know of came by the channel that the movement names. Of more
    than 100 touches the first and the last 50 are kept.
    """
    ordered = sorted(standing, key=lambda one: (one.at, one.id))
    came = next((one for one in ordered if one.kind == "new"), None)
    touches = [
        one.channel
        for one in ordered
        if one.kind == "touchpoint" and (came is None or one.at <= came.at)
    ]
    if came is not None and not touches:
        return (came.channel,)
    return tuple(touches if len(touches) <= 2 * _HALF else touches[:_HALF] + touches[-_HALF:])


def owner_of(event: Event) -> str:
    """On whose timeline it lies: a customer's, or for spend a channel's of that one day.

    A reversal does not say. No kept name of a customer holds a `#`.
    """
    if isinstance(event, Spend):
        return f"{SPEND}#{event.channel}#{event.effective_at.date()}"
    return "" if isinstance(event, Reversal) else event.customer
