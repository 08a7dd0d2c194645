"""What revenue needs from the outside world, in its own words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from labverse.kernel.model import Model
from labverse.revenue.daily import Row
from labverse.revenue.models import Event
from labverse.revenue.timeline import Change, Timeline


class Page(NamedTuple):
    """Some of the events that are kept."""

    events: Sequence[Event]
    unreadable: Sequence[str]
    """Ids whose records have to be mended first."""
    last: str | None
    """After which id there may be more; None where there is none."""


class Book(Protocol):
    """Every event, once, and under which name a customer is kept."""

    def names(self, customers: Sequence[str], now: datetime) -> Mapping[str, str]:
        """The kept name of each customer; one who has none gets one. Raises Unavailable."""
        ...

    def add(self, events: Sequence[Event]) -> Mapping[str, Event]:
        """Keep events, whose ids differ. Returns those that were there before, by id.

        Raises Unavailable; some may be kept by then, and are there when it is tried again.
        """
        ...

    def page(self, after: str | None) -> Page:
        """Some events that follow the one of this id, in no order that means anything.

        Raises Unavailable.
        """
        ...

    def forget(self, customer: str) -> bool:
        """Forget the kept name of a customer; false where there was none. Raises Unavailable."""
        ...


class Sums(Protocol):
    """The daily rows and the paths of everybody."""

    def rows(self, dimension: str) -> Iterable[Row]:
        """Every row of a dimension, in any order. Raises Unavailable."""
        ...

    def paths(self) -> Iterable[tuple[tuple[str, ...], int, int]]:
        """Every path: its channels, how many came by it, how many did not. Raises Unavailable."""
        ...


@dataclass(frozen=True)
class Held:
    """A customer's timeline, and what it still owes to the rows."""

    timeline: Timeline = field(default_factory=Timeline)
    owed: tuple[Change, ...] = ()
    version: int = 0
    """0: never written."""
    paged: int = 0
    """So many entries, the first, lie in pages that are written once."""
    pages: int = 0


@dataclass(frozen=True)
class Write:
    """What becomes of one customer: from `before` to `after`, and what rows and paths gain."""

    customer: str
    before: Held
    after: Held
    changes: tuple[Change, ...]


class Timelines(Protocol):
    """Customers, and the rows that they add up to, changed together or not at all."""

    def events(self, ids: Sequence[str]) -> Mapping[str, Event]:
        """Those of these events that are in the book. Raises Unavailable."""
        ...

    def early(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of these ids that a reversal was kept for before they came."""
        ...

    def load(self, customers: Sequence[str]) -> Mapping[str, Held]:
        """Every one of them, also those who are new. Raises Unavailable."""
        ...

    def commit(self, writes: Sequence[Write]) -> bool:
        """All of it or nothing; false where somebody else changed one of them first."""
        ...

    def wait(self, id_: str) -> bool:
        """Keep the reversal of an event that is not in the book; false where it is by now."""
        ...


class Announcer(Protocol):
    """Publishes events of revenue."""

    def announce(self, event: Model) -> None:
        """Publish. Never raises."""
        ...
