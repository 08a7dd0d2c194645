"""An approval as it is kept: with what nobody but the store may see, and what remains to be done.

Every write of it names the `version` that it saw, whatever it changes. So what one process does
is never undone by another that had read before.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from pydantic import AwareDatetime, Field

from labverse.approve.cards import Question
from labverse.approve.models import Approval
from labverse.kernel.model import Model


class Posted(Model):
    """A message that people can see. `reference` is how whoever posted it finds it again."""

    room: str
    reference: str


class Message(Model):
    """What a room was told. `posted` is None where nobody was there to be told."""

    room: str
    version: int = Field(ge=0, description="Of the approval, as the room sees it.")
    posted: Posted | None = None

    def shows(self, approval: Approval) -> bool:
        """Whether the room sees the approval as it is."""
        return self.posted is None or self.version >= approval.version


class Stored(Model):
    """One approval, the workflow that waits for it, and how far everything is."""

    approval: Approval
    question: Question
    token: bytes = Field(repr=False, description="Sealed.")
    execution: str
    asked_at: AwareDatetime = Field(description="When the token came: an older one is not taken.")
    messages: tuple[Message, ...] = ()
    delivered: bool = Field(default=False, description="Whoever waited has the final answer.")
    held_until: AwareDatetime | None = Field(
        default=None, description="Somebody is at work on its messages."
    )
    version: int = Field(default=0, ge=0, description="Counts writes.")

    @property
    def id(self) -> str:
        """The approval's."""
        return self.approval.id

    def held(self, now: datetime) -> bool:
        """Whether somebody else is at work on the messages."""
        return self.held_until is not None and now < self.held_until

    def unasked(self, now: datetime) -> tuple[str, ...]:
        """The rooms that are still to be told of it; none once it is decided."""
        wanted = (self.approval.room, *self.approval.escalated(now))
        told = {message.room for message in self.messages}
        still = self.approval.open
        return tuple(room for room in wanted if still and room and room not in told)

    def stale(self) -> tuple[Message, ...]:
        """The messages that show what is no longer so."""
        return tuple(each for each in self.messages if not each.shows(self.approval))

    def told(self, news: Iterable[Message]) -> Self:
        """With these messages; what shows more than they do stays, and nobody holds it."""
        known = {message.room: message for message in self.messages}
        for message in news:
            there = known.get(message.room)
            if there is None or there.version <= message.version:
                known[message.room] = message
        return self.model_copy(update={"messages": tuple(known.values()), "held_until": None})

    def due(self) -> datetime | None:
        """When there is something to do, at the latest; None once everything is done."""
        approval, start = self.approval, self.approval.requested_at
        if not approval.open:
            rest = not self.delivered or self.stale()
            return (approval.decided_at or start) if rest else None
        steps = (start + timedelta(seconds=each.after_seconds) for each in approval.escalations)
        moments = [approval.expires_at, *(each for each in steps if self.unasked(each))]
        return start if self.unasked(start) or self.stale() else min(moments)
