"""Give the final answer to whoever waits for it, and tell everybody else."""

from dataclasses import dataclass
from datetime import datetime

from labverse.approve.changing import Step, changed
from labverse.approve.deciding import abandoned, verdict
from labverse.approve.events import ApprovalDecided
from labverse.approve.models import State, Verdict
from labverse.approve.ports import (
    Announcer,
    Fate,
    Journal,
    Rooms,
    Seal,
    Standing,
    Store,
    Workflows,
)
from labverse.approve.stored import Stored
from labverse.kernel.clock import Clock
from labverse.kernel.errors import Refused, Unavailable


@dataclass(frozen=True)
class Means:
    """What every use case of approve works with."""

    store: Store
    seal: Seal
    workflows: Workflows
    rooms: Rooms
    announcer: Announcer
    journal: Journal
    clock: Clock


class Delivery:
    """Sends a final answer until it has arrived; a second time is harmless."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def __call__(self, stored: Stored) -> Stored:
        """What is kept afterwards; nothing is done while it is open, or once it was delivered.

        It is announced before it is noted that it was: whoever dies in between announces it again,
        under the same id. Raises Unavailable where it did not arrive, as far as anybody knows.
        """
        told = verdict(stored.approval)
        if told is None or stored.delivered:
            return stored
        if told.reason is not State.ABANDONED and not self._arrived(stored, told):
            return self.abandon(stored.id)
        self._means.announcer.announce(ApprovalDecided.of(told, _decided_at(stored)))
        self._means.journal.decided(stored.approval)
        return changed(self._means.store, stored.id, _delivered(stored)).stored

    def abandon(self, approval_id: str) -> Stored:
        """Close what waits for an execution that runs no longer, unless it had its answer."""
        now = self._means.clock.now()

        def step(seen: Stored) -> Stored | None:
            gone = None if seen.delivered else abandoned(seen.approval, now)
            return seen.model_copy(update={"approval": gone}) if gone else None

        change = changed(self._means.store, approval_id, step)
        return self(change.stored) if change.written else change.stored

    def _arrived(self, stored: Stored, told: Verdict) -> bool:
        """False where nobody is there any more who could act on it."""
        token = self._token(stored)
        if token is not None and self._means.workflows.answer(token, told) is Fate.TAKEN:
            return True
        standing = self._means.workflows.standing(stored.execution)
        if token is None and standing is Standing.RUNNING:
            raise Unavailable("the token of a workflow that waits cannot be read")
        return standing is not Standing.OVER

    def _token(self, stored: Stored) -> str | None:
        try:
            return self._means.seal.opened(stored.token, stored.id)
        except Refused as error:
            self._means.journal.trouble("token", stored.id, error)
            return None


def _decided_at(stored: Stored) -> datetime:
    return stored.approval.decided_at or stored.approval.expires_at


def _delivered(sent: Stored) -> Step:
    """Unless somebody else waits by now, or for something else."""

    def step(seen: Stored) -> Stored | None:
        same = (seen.token, seen.approval) == (sent.token, sent.approval)
        return seen.model_copy(update={"delivered": True}) if same and not seen.delivered else None

    return step
