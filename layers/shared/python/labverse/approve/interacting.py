"""A click that Slack vouches for, from its identity to what whoever clicked is told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from labverse.approve.deciding import Outcome
from labverse.approve.models import Click
from labverse.approve.replies import REPLAYED, UNKNOWN, Reply
from labverse.approve.signature import WINDOW_SECONDS
from labverse.kernel.clock import Clock
from labverse.kernel.errors import NotFound

REMEMBERED = timedelta(seconds=2 * WINDOW_SECONDS + 60)
"""A request is good for a window either side of its stamp; clocks may differ by a minute."""


class Answering(Protocol):
    """What decides: the use case of this capability."""

    def answer(self, click: Click, now: datetime) -> Outcome:
        """Raises NotFound for an unknown approval, Conflict or Unavailable where it may work
        later.
        """
        ...


class Seen(Protocol):
    """Requests that were acted upon, for all processes."""

    def first(self, identity: str, now: datetime, until: datetime) -> bool:
        """Whether nobody had it before; from now on somebody has. Raises Unavailable."""
        ...


class Vouchers(Protocol):
    """What Slack signs with, and where it takes replies."""

    @property
    def replies(self) -> str:
        """The one origin where clicks are answered."""
        ...

    def signing(self, now: datetime) -> tuple[str, ...]:
        """The secrets that count at `now`. Raises Refused where they cannot be used."""
        ...


class Secret(Protocol):
    """Vouchers, remembered for minutes. Both raise Unavailable, and Refused."""

    def current(self) -> Vouchers:
        """As last read."""
        ...

    def again(self) -> Vouchers:
        """Read anew, for a signature that none of them made."""
        ...


class Replies(Protocol):
    """The way to whoever clicked."""

    def send(self, reply: Reply, seconds: float) -> None:
        """Raises Unavailable for what may pass by itself, and Refused for what will not."""
        ...


class Later(Protocol):
    """Somebody with more time."""

    def hand_over(self, reply: Reply, reply_id: str, now: datetime) -> None:
        """Have it sent, and tried again until it arrives. Raises Unavailable."""
        ...


@dataclass(frozen=True)
class Interactions:
    """A click counts once, however often its request arrives."""

    approvals: Answering
    seen: Seen

    def __call__(self, click: Click, identity: str, now: datetime) -> str:
        """What it came to, by its name in replies.WORDS. Raises Conflict and Unavailable."""
        if not self.seen.first(identity, now, now + REMEMBERED):
            return REPLAYED
        try:
            return self.approvals.answer(click, now).shown
        except NotFound:
            return UNKNOWN


@dataclass(frozen=True)
class Desk:
    """Everything that it takes to handle a request of Slack's."""

    secret: Secret
    interactions: Interactions
    replies: Replies
    later: Later
    clock: Clock
    new_id: Callable[[], str]
