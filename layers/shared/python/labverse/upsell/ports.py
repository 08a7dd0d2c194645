"""What upsell needs of the world."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from numpy.random import Generator

from labverse.kernel.clock import Clock
from labverse.upsell.events import Event
from labverse.upsell.models import DecisionRecord, Erased, Kept, Learnt, Outcome

Settled = Literal["done", "settled", "moved"]


class Store(Protocol):
    """Decisions, and what was learnt by segment. Every method raises Unavailable."""

    def learnt(self, segment: str, *, exact: bool) -> Learnt:
        """What is known of a segment; `exact`: with everything written before."""
        ...

    def keep(self, record: DecisionRecord, customer: str | None, expires_at: int) -> None:
        """Keep a decision, so that it can be found by its customer too."""
        ...

    def decision(self, decision_id: str) -> Kept | None:
        """A decision, with everything written before."""
        ...

    def settle(self, kept: Kept, outcome: Outcome, ahead: Learnt | None) -> Settled:
        """Record an outcome and, with `ahead`, what it taught: both or nothing.

        `settled`: the decision has an outcome already. `moved`: the segment is not at the version
        before `ahead.version`.
        """
        ...

    def erase(self, customer: str) -> Erased:
        """Forget every decision about a customer."""
        ...


class Bus(Protocol):
    """Where upsell's events go."""

    def announce(self, event: Event) -> None:
        """Publish; never raises."""
        ...


@dataclass(frozen=True)
class Means:
    """The world's side of upsell. `generator` gives a new one each time it is asked."""

    store: Store
    bus: Bus
    clock: Clock
    new_id: Callable[[], str]
    generator: Callable[[], Generator]
    pause: Callable[[float], None]
