"""How a negotiation ends without a deal: stored once, its terms free again, and told."""

import hashlib
from collections.abc import Callable

from labverse.kernel.clock import Clock
from labverse.kernel.errors import Conflict, NotFound
from labverse.negotiate.events import DealRefused
from labverse.negotiate.models import ApprovalNote, Negotiation
from labverse.negotiate.ports import Announcer, Change, Deals, Stored, Written
from labverse.negotiate.states import State

_TRIES = 8
Edit = Callable[[Stored], Change | None]


def changed(deals: Deals, negotiation_id: str, edit: Edit) -> tuple[Negotiation, Written]:
    """Read, let `edit` say what to change, and write; anew when somebody else was quicker.

    Where `edit` says None there is nothing to change. Raises NotFound, and Conflict when others
    never let go.
    """
    for _ in range(_TRIES):
        stored = deals.get(negotiation_id)
        if stored is None:
            raise NotFound(f"there is no negotiation {negotiation_id[:64]!r}")
        change = edit(stored)
        if change is None:
            return stored.record, Written.DONE
        try:
            written = deals.change(change)
        except Conflict:
            continue
        return (change.record if written is Written.DONE else stored.record), written
    raise Conflict(f"{negotiation_id} is being changed by others")


class Closing:
    """Ends negotiations without a deal."""

    def __init__(self, deals: Deals, announcer: Announcer, clock: Clock) -> None:
        self.deals, self.announcer, self.clock = deals, announcer, clock

    def end(self, negotiation_id: str, state: State, reason: str, **members: object) -> Negotiation:
        """The record with that end, or with the end that it had before. Told in either case:

        the event's id is the same each time, and whoever ended it may have died before telling.
        """

        def edit(stored: Stored) -> Change | None:
            record = stored.record
            if not record.state.open:
                return None
            made = {"state": state, "reason": reason, "updated_at": self.clock.now()}
            update = {**made, "approval": _over(record.approval), **members}
            held = record.deal.digest if record.deal else None
            return Change(record.model_copy(update=update), stored.version, free=held)

        def let_be(stored: Stored) -> Change | None:
            change = edit(stored)
            return None if change is None else change._replace(free=None)

        record, written = changed(self.deals, negotiation_id, edit)
        if written is Written.TAKEN:  # the terms are somebody else's by now, and stay so
            record, _ = changed(self.deals, negotiation_id, let_be)
        self.tell(record)
        return record

    def tell(self, record: Negotiation) -> None:
        """DealRefused, of one that ended without a deal."""
        if record.state.open or record.state is State.AGREED:
            return
        self.announcer.announce(
            DealRefused(
                event_id=event_id("DealRefused", record.id),
                occurred_at=record.updated_at,
                negotiation_id=record.id,
                mode=record.mode,
                goal=record.goal,
                parties=record.platforms,
                state=record.state,
                reason=record.reason or record.state,
                terms_digest=record.deal.digest if record.deal else None,
            )
        )


def _over(note: ApprovalNote | None) -> ApprovalNote | None:
    """Of a negotiation that is over nobody decides any more."""
    asked = note is not None and note.state == "requested"
    return note.model_copy(update={"state": "abandoned"}) if note and asked else note


def event_id(kind: str, of: str) -> str:
    """32 hexadecimal digits, the same for the same thing: consumers see a repeat."""
    return hashlib.sha256(f"{kind}\0{of}".encode()).hexdigest()[:32]
