"""What a clock has to do: end what is over, and finish what somebody left undone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from labverse.approve.changing import Step, changed
from labverse.approve.deciding import timed_out
from labverse.approve.delivering import Delivery, Means
from labverse.approve.notices import Notices
from labverse.approve.ports import Standing
from labverse.approve.stored import Stored
from labverse.kernel.errors import Conflict, NotFound, Refused, Unavailable
from labverse.kernel.model import Model

T = TypeVar("T")

# Longer than a function may run. Before that, whoever decided may still be about to deliver.
_GRACE = timedelta(seconds=30)
# Of a chat that is slow: what is left of a tick's 29 s is for one message more.
_CHATTING = 12.0
# A look at executions may lag behind their start.
_SETTLED = timedelta(seconds=30)


class Swept(Model):
    """How many were looked at, and of how many something could not be done."""

    seen: int
    failed: int


class Sweeper:
    """Each tick looks at everything unfinished; one that fails does not stop the others.

    First what workflows wait for, then what people see: a slow chat holds up no decision.
    """

    def __init__(self, means: Means, delivery: Delivery, notices: Notices) -> None:
        self._means, self._delivery, self._notices = means, delivery, notices

    def __call__(self) -> Swept:
        """Escalate, expire, deliver, correct, and close what nobody waits for any more."""
        failed: set[str] = set()
        found = list(self._means.store.unfinished())
        attended = [self._tried(self._attended, stored, failed) for stored in found]
        end = self._means.clock.monotonic() + _CHATTING
        for stored in filter(None, attended):
            if self._means.clock.monotonic() < end:
                self._tried(self._notices, stored, failed)
        return Swept(seen=len(found), failed=len(failed))

    def _tried(self, work: Callable[[Stored], T], stored: Stored, failed: set[str]) -> T | None:
        try:
            return work(stored)
        except (Conflict, NotFound, Refused, Unavailable) as error:
            failed.add(stored.id)
            self._means.journal.trouble("sweep", stored.id, error)
            return None

    def _attended(self, stored: Stored) -> Stored:
        now = self._means.clock.now()
        if stored.approval.open:
            return self._closed(stored, now)
        if now >= (stored.approval.decided_at or now) + _GRACE:
            return self._delivery(stored)
        return stored

    def _closed(self, stored: Stored, now: datetime) -> Stored:
        """As it is, or expired and delivered, or abandoned."""
        if now >= stored.approval.expires_at:
            change = changed(self._means.store, stored.id, _expired(now))
            return self._delivery(change.stored) if change.written else change.stored
        settled = now >= stored.asked_at + _SETTLED
        if settled and self._means.workflows.standing(stored.execution) is not Standing.RUNNING:
            return self._delivery.abandon(stored.id)
        return stored


def _expired(now: datetime) -> Step:
    def step(seen: Stored) -> Stored | None:
        approval = timed_out(seen.approval, now)
        return seen.model_copy(update={"approval": approval}) if approval else None

    return step
