"""A click that Slack vouches for, from its identity to what whoever clicked is told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from labverse.approve.cards import escaped, in_a_line
from labverse.approve.deciding import Shown
from labverse.approve.models import Click
from labverse.approve.replies import REPLAYED, UNKNOWN, WORDS, Reply
from labverse.approve.service import Answered
from labverse.approve.signature import WINDOW_SECONDS
from labverse.kernel.clock import Clock
from labverse.kernel.errors import NotFound

REMEMBERED = timedelta(seconds=2 * WINDOW_SECONDS + 60)
"""A request is good for a window either side of its stamp; clocks may differ by a minute."""


# Who may not answer is told that, and nothing else of it.
_STRANGERS = (Shown.WRONG_TEAM, Shown.NOT_ALLOWED)


class Answering(Protocol):
    """What decides: `service.Approvals`."""

    def answer(self, click: Click) -> Answered:
        """Raises NotFound for an unknown approval, Conflict and Unavailable where it did nothing
        and may work later.
        """
        ...


class Told(NamedTuple):
    """What a click came to, by its name in replies.WORDS, and for those whom it concerns where
    the approval stands now."""

    outcome: str
    standing: str = ""

    @property
    def text(self) -> str:
        """For whoever clicked; nothing in it is markup to Slack."""
        words = WORDS[self.outcome]
        return f"{words}\n{escaped(self.standing)}" if self.standing else words


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

    def __call__(self, click: Click, identity: str, now: datetime) -> Told:
        """What it came to. Raises Conflict and Unavailable."""
        if not self.seen.first(identity, now, now + REMEMBERED):
            return Told(REPLAYED)
        try:
            answered = self.approvals.answer(click)
        except NotFound:
            return Told(UNKNOWN)
        if answered.shown in _STRANGERS:
            return Told(answered.shown)
        return Told(answered.shown, in_a_line(answered.question, answered.approval))


@dataclass(frozen=True)
class Desk:
    """Everything that it takes to handle a request of Slack's."""

    secret: Secret
    interactions: Interactions
    replies: Replies
    later: Later
    clock: Clock
    new_id: Callable[[], str]
