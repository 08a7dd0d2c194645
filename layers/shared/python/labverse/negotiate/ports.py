"""What negotiate needs of the world: a table, a bucket, workflows, and the bus."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, Protocol

from labverse.negotiate.events import Event
from labverse.negotiate.models import Negotiation, ObjectRef


class Stored(NamedTuple):
    """A negotiation as it is stored, with the number that a change of it must name."""

    record: Negotiation
    version: int


class Commitment(NamedTuple):
    """Money of a month, and the most that the month may have."""

    currency: str
    month: str
    amount: Decimal
    limit: Decimal


class Change(NamedTuple):
    """A new record in place of version `seen`, and what must happen with it or not at all."""

    record: Negotiation
    seen: int
    hold: str | None = None
    """Terms that only this negotiation may ask about from now on."""
    free: str | None = None
    """Terms that it held, and anybody may ask about again."""
    agree: str | None = None
    """Terms that are agreed, once and for all."""
    commitment: Commitment | None = None


class Written(StrEnum):
    """What came of a change."""

    DONE = "done"
    TAKEN = "taken"
    """The terms are held by, or agreed in, another negotiation."""
    OVER_BUDGET = "over_budget"


class Deals(Protocol):
    """The table of negotiations. Every method raises Unavailable when it cannot be asked."""

    def get(self, negotiation_id: str) -> Stored | None:
        """The newest."""
        ...

    def create(self, record: Negotiation) -> bool:
        """Store it as version 0; False where its id is taken, and nothing is changed."""
        ...

    def change(self, change: Change) -> Written:
        """All of it or nothing. Raises Conflict where `seen` is not the stored version."""
        ...

    def list_open(self) -> Sequence[Negotiation]:
        """Those that are not final, the oldest change first; a new one may be missing a moment."""
        ...


class Objects(Protocol):
    """The data bucket."""

    def put(self, key: str, content: bytes) -> ObjectRef:
        """Raises Unavailable."""
        ...

    def get(self, ref: ObjectRef) -> bytes:
        """Raises Unavailable, and Conflict where it is not what `ref` names."""
        ...


class Running(StrEnum):
    """What there is of a workflow's execution."""

    RUNNING = "running"
    ENDED = "ended"
    ABSENT = "absent"


class Executions(Protocol):
    """The workflow of negotiations; an execution has its negotiation's name."""

    def start(self, negotiation_id: str, agents: Sequence[str], phrase: bool) -> None:
        """Once per id, however often this is called. Raises Unavailable."""
        ...

    def stop(self, negotiation_id: str) -> None:
        """What has ended stays so. Raises Unavailable."""
        ...

    def look(self, negotiation_id: str) -> Running:
        """Raises Unavailable."""
        ...


class Announcer(Protocol):
    """The bus."""

    def announce(self, event: Event) -> None:
        """Never raises."""
        ...
