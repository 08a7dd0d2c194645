"""What a clock has to do: end what is over, and finish what somebody left undone."""

from datetime import datetime, timedelta

from labverse.approve.changing import Step, changed
from labverse.approve.deciding import timed_out
from labverse.approve.delivering import Delivery, Means
from labverse.approve.notices import Notices
from labverse.approve.ports import Standing
from labverse.approve.stored import Stored
from labverse.kernel.errors import Conflict, NotFound, Refused, Unavailable
from labverse.kernel.model import Model

# Longer than a function may run. Before that, whoever decided may still be about to deliver.
_GRACE = timedelta(seconds=30)
# A look at executions may lag behind their start.
_SETTLED = timedelta(seconds=30)


class Swept(Model):
    """How many were looked at, and of how many something could not be done."""

    seen: int
    failed: int


class Sweeper:
    """Each tick looks at everything unfinished; one that fails does not stop the others."""

    def __init__(self, means: Means, delivery: Delivery, notices: Notices) -> None:
        self._means, self._delivery, self._notices = means, delivery, notices

    def __call__(self) -> Swept:
        """Escalate, expire, deliver, correct, and close what nobody waits for any more."""
        seen = failed = 0
        for stored in self._means.store.unfinished():
            seen += 1
            try:
                self._attend(stored, self._means.clock.now())
            except (Conflict, NotFound, Refused, Unavailable) as error:
                failed += 1
                self._means.journal.trouble("sweep", stored.id, error)
        return Swept(seen=seen, failed=failed)

    def _attend(self, stored: Stored, now: datetime) -> None:
        if stored.approval.open:
            stored = self._closed(stored, now)
        elif now >= (stored.approval.decided_at or now) + _GRACE:
            stored = self._delivery(stored)
        self._notices(stored)

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
