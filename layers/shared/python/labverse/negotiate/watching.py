"""What happens elsewhere and concerns a negotiation: approvals, executions, and the clock."""

from datetime import timedelta

from labverse.kernel.errors import Conflict, NotFound
from labverse.negotiate.asking import Decided, Ended, of_approval
from labverse.negotiate.closing import Closing, changed
from labverse.negotiate.models import Negotiation
from labverse.negotiate.ports import Change, Executions, Running, Stored
from labverse.negotiate.service import Asker, Negotiations
from labverse.negotiate.states import Mode, Reason, State

SCHEDULE = "schedule:negotiate"
"""Who asks in autonomous mode."""
_DEAD = ("FAILED", "TIMED_OUT", "ABORTED")


class Watching:
    """Reactions; every one of them may come twice, or in any order."""

    def __init__(
        self, negotiations: Negotiations, closing: Closing, executions: Executions
    ) -> None:
        self._negotiations, self._closing, self._executions = negotiations, closing, executions

    def decided(self, event: Decided) -> None:
        """The answer into the record; what the workflow makes of it is its own to write.

        Approvals of others are none of ours; a final answer is never taken back.
        """

        def edit(stored: Stored) -> Change | None:
            note = stored.record.approval
            if note is None or note.id != event.approval_id or note.state != "requested":
                return None
            found = {
                "state": event.reason,
                "decided_by": event.decided_by,
                "decided_at": event.occurred_at,
            }
            update = {"approval": note.model_copy(update=found)}
            return Change(stored.record.model_copy(update=update), stored.version)

        try:
            changed(self._closing.deals, of_approval(event.approval_id), edit)
        except NotFound:
            return

    def ended(self, event: Ended, machine: str) -> None:
        """An execution of ours that died takes its negotiation with it."""
        if event.machine != machine or event.status not in _DEAD:
            return
        try:
            self._closing.end(event.name, State.FAILED, Reason.INTERRUPTED)
        except NotFound:
            return  # started by hand, so nobody's

    def reconcile(self) -> list[Negotiation]:
        """Those that are open, and whose execution runs no longer, have failed."""
        now, policy = self._closing.clock.now(), self._negotiations.policy
        patience = timedelta(seconds=policy.interrupted_after_seconds)
        late = [one for one in self._negotiations.list_open() if now - one.updated_at >= patience]
        return [
            self._closing.end(one.id, State.FAILED, Reason.INTERRUPTED)
            for one in late
            if self._executions.look(one.id) is not Running.RUNNING
        ]

    def cycle(self, at: float) -> list[Negotiation]:
        """Open the standing deals of the cycle that `at` (epoch seconds) is in, once each.

        As far as questions to people are not too many already.
        """
        policy, opened = self._negotiations.policy, []
        number = int(at // policy.cycle_interval_seconds)
        # What was opened a moment ago may be missing from the list of what is open.
        there = self._negotiations.list_open()
        held = {one.id for one in there if one.mode is Mode.AUTONOMOUS}
        for place, deal in enumerate(policy.standing):
            id_ = f"auto-{number}-{place}"
            if len(held - {id_}) >= policy.max_open_approvals:
                break  # the next cycle may find room
            given = {**deal.model_dump(mode="json"), "mode": Mode.AUTONOMOUS.value}
            try:
                opened.append(self._negotiations.open(id_, given, Asker(SCHEDULE)))
            except Conflict:
                continue  # opened in this cycle as something else, before the config changed
            held.add(id_)
        return opened
