"""What approve needs from the outside world, in its own words."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol

from labverse.approve.cards import Question
from labverse.approve.events import Event
from labverse.approve.models import Approval, Verdict
from labverse.approve.stored import Posted, Stored


class Store(Protocol):
    """Where approvals are kept. Each method raises Unavailable when it cannot be asked."""

    def create(self, stored: Stored) -> bool:
        """Keep it; False if there is one under its id."""
        ...

    def read(self, approval_id: str) -> Stored | None:
        """As it is at this moment."""
        ...

    def replace(self, seen: Stored, by: Stored) -> bool:
        """Put `by`, one version on, where exactly `seen` is; False if it was written since."""
        ...

    def unfinished(self) -> Iterator[Stored]:
        """All that something is left to be done about; what waits longest comes first.

        Each may have been written since: it is for looking, not for replacing.
        """
        ...

    def all(self) -> Iterator[Stored]:
        """All that are kept, in no order."""
        ...


class Seal(Protocol):
    """Makes a token unreadable, and readable again for the same approval only."""

    def sealed(self, token: str, approval_id: str) -> bytes:
        """Raises Unavailable."""
        ...

    def opened(self, token: bytes, approval_id: str) -> str:
        """Raises Unavailable, and Refused for what was not sealed for this approval."""
        ...


class Fate(StrEnum):
    """What became of an answer that was sent with a token."""

    TAKEN = "taken"
    UNWANTED = "unwanted"
    """The token was used before, or what it stands for is over."""


class Standing(StrEnum):
    """Where an execution of a workflow is."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    OVER = "over"
    """It failed or was stopped, or nobody knows it."""


class Workflows(Protocol):
    """Who waits for answers."""

    def answer(self, token: str, verdict: Verdict) -> Fate:
        """Send the answer. Raises Unavailable where nobody knows whether it arrived."""
        ...

    def standing(self, execution: str) -> Standing:
        """Where it is. Raises Unavailable."""
        ...


class Rooms(Protocol):
    """Where people are asked. Its secret may hold no token: then nobody is there to be told."""

    def post(self, room: str, question: Question, approval: Approval, /) -> Posted | None:
        """Ask there; None where no such service is set up.

        Raises Unavailable for what may pass, and Refused for what a person has to mend first.
        """
        ...

    def update(self, posted: Posted, question: Question, approval: Approval, /) -> None:
        """Show the approval as it is. Raises as `post` does; Refused: the message is gone."""
        ...


class Announcer(Protocol):
    """Where events go."""

    def announce(self, event: Event) -> None:
        """Publish. Never raises."""
        ...


class Journal(Protocol):
    """What whoever runs this reads. Never raises."""

    def decided(self, approval: Approval) -> None:
        """A final state, once whoever waited was told."""
        ...

    def unasked(self, approval_id: str, room: str) -> None:
        """No service is set up that could ask in `room`: the answer has to come over HTTP."""
        ...

    def trouble(self, what: str, approval_id: str, error: Exception) -> None:
        """Something did not work, and is tried again at the next tick."""
        ...
