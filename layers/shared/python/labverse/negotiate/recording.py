"""A proposal into the record: a question to a person, or the end of the negotiation."""

from typing import Any, Literal

from labverse.kernel.errors import Conflict
from labverse.kernel.model import Model
from labverse.negotiate.asking import Ask, approval_id, ask
from labverse.negotiate.closing import Closing, changed
from labverse.negotiate.models import ApprovalNote, Negotiation, ObjectRef
from labverse.negotiate.ports import Change, Objects, Stored, Written
from labverse.negotiate.proposal import Proposal
from labverse.negotiate.states import Reason, State

_ENDS = {"no_agreement": State.NO_AGREEMENT, "no_equilibrium": State.NO_EQUILIBRIUM}


class Recorded(Model):
    """What the workflow does next: `ask` holds the question, or the negotiation is over."""

    negotiation_id: str
    outcome: Literal["ask", "over"]
    state: State
    reason: str | None
    ask: Ask | None = None


class Recording:
    """Writes what solving came to."""

    def __init__(self, closing: Closing, objects: Objects) -> None:
        self._closing, self._deals, self._clock = closing, closing.deals, closing.clock
        self._objects = objects

    def record(self, negotiation_id: str, kept: ObjectRef) -> Recorded:
        """Done again, it says the same. Terms that are agreed, or asked about, are not asked again.

        Raises NotFound, and Conflict while others change the record, or where the proposal that was
        kept is another one.
        """
        proposal = Proposal.model_validate_json(self._objects.get(kept))
        if proposal.negotiation_id != negotiation_id:
            raise Conflict("the proposal is another negotiation's")
        if proposal.deal is None:
            return self._end(proposal)
        record, written = changed(
            self._deals, proposal.negotiation_id, lambda stored: self._wait(stored, proposal)
        )
        if written is Written.TAKEN:
            told = _told(proposal)
            record = self._closing.end(record.id, State.REFUSED, Reason.ALREADY_AGREED, **told)
            return _recorded(record, None)
        if record.state is State.WAITING and record.deal is not None:
            question = ask(record, record.deal)
            return _recorded(record, question)
        # Over before: canceled, interrupted, or recorded already and decided since.
        self._closing.tell(record)
        return _recorded(record, None)

    def fail(self, negotiation_id: str, reason: str) -> Recorded:
        """What works on it has failed for good."""
        return _recorded(self._closing.end(negotiation_id, State.FAILED, reason), None)

    def _wait(self, stored: Stored, proposal: Proposal) -> Change | None:
        """From working to waiting; any other state stays as it is."""
        record, deal = stored.record, proposal.deal
        if record.state is not State.WORKING or deal is None or record.round != proposal.round:
            return None
        note = ApprovalNote(id=approval_id(record), state="requested")
        made = {"state": State.WAITING, "approval": note, "updated_at": self._clock.now()}
        after = record.model_copy(update={**_told(proposal), **made})
        return Change(after, stored.version, hold=deal.digest)

    def _end(self, proposal: Proposal) -> Recorded:
        state = _ENDS.get(proposal.status, State.FAILED)
        reason = proposal.reason or proposal.status
        told = _told(proposal)
        return _recorded(
            self._closing.end(proposal.negotiation_id, state, reason[:500], **told), None
        )


def _told(proposal: Proposal) -> dict[str, Any]:
    """The members of a record that a proposal fills."""
    names = (
        "positions", "deal", "certificate", "impact", "arbitrage", "sensitivity", "split",
        "warnings",
    )  # fmt: skip
    return {name: getattr(proposal, name) for name in names}


def _recorded(record: Negotiation, question: Ask | None) -> Recorded:
    return Recorded(
        negotiation_id=record.id,
        outcome="over" if question is None else "ask",
        state=record.state,
        reason=record.reason,
        ask=question,
    )
