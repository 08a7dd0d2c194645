"""Tell people of an event: one message each, as far as a chat without idempotency lets us.

A message is claimed before it is posted and marked after it. Whoever is killed in between, or is
not told whether it was posted, leaves a claim that runs out: then it is posted once more, and never
a third time. What surely was not posted gives its claim back, and may be tried for ever.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from labverse.kernel.clock import Clock
from labverse.kernel.errors import Conflict, Refused, Unavailable
from labverse.route.alerts import Alert

MOST_POSTS = 2
# Longer than a function may run, shorter than Lambda waits before it hands out an event again.
_CLAIM = timedelta(seconds=45)

Claimed = Literal["yours", "sent", "busy", "lost"]
"""`busy`: another one is at it, or it may not be tried yet. `lost`: posted as often as it may be,
and nobody knows whether it arrived."""
Told = Literal["sent", "sent before", "nobody to tell"]


class Unsent(Unavailable):
    """Surely not posted; worth another try, after `retry_after` seconds where that is known."""


class Room(Protocol):
    """Where people read."""

    def post(self, text: str) -> None:
        """Raises Unsent and Refused where it surely was not posted, else Unavailable."""
        ...


class Deliveries(Protocol):
    """What was posted, for all processes. Each raises Unavailable."""

    def claim(self, name: str, now: datetime, until: datetime) -> Claimed:
        """Take it until then, if it may be posted now."""
        ...

    def done(self, name: str) -> None:
        """It is posted."""
        ...

    def give_back(self, name: str, again: datetime) -> None:
        """It was not posted, and may be from then on."""
        ...


@dataclass(frozen=True)
class Alerting:
    """Posts alerts into a room; None where there is none, which is read anew for each."""

    room: Callable[[], Room | None]
    deliveries: Deliveries
    clock: Clock

    def __call__(self, alert: Alert) -> Told:
        """Raises Unavailable to be asked again later, Refused, and Conflict for a lost one."""
        room, name = self.room(), f"alert#{alert.event_id}"
        if room is None:
            return "nobody to tell"
        now = self.clock.now()
        claimed = self.deliveries.claim(name, now, now + _CLAIM)
        if claimed == "sent":
            return "sent before"
        if claimed == "busy":
            raise Unavailable("another one is posting it, or it may not be posted yet")
        if claimed == "lost":
            raise Conflict(f"posted {MOST_POSTS} times, and nobody knows whether it arrived")
        self._post(room, name, alert.text)
        return "sent"

    def _post(self, room: Room, name: str, text: str) -> None:
        try:
            room.post(text)
        except Unsent as error:
            wait = timedelta(seconds=error.retry_after or 0)
            self.deliveries.give_back(name, self.clock.now() + wait)
            raise
        except Refused:
            self.deliveries.give_back(name, self.clock.now())
            raise
        self.deliveries.done(name)
