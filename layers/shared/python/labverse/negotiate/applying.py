"""A verdict on a deal: checked against the world as it is now, then applied once, or ended."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Literal

from labverse.kernel.model import Model
from labverse.negotiate.asking import Verdict
from labverse.negotiate.closing import Closing, changed, event_id
from labverse.negotiate.config import NegotiatePolicy
from labverse.negotiate.events import DealAgreed
from labverse.negotiate.models import ApprovalNote, Deal, Negotiation
from labverse.negotiate.ports import Change, Commitment, Stored, Written
from labverse.negotiate.states import Reason, State


class Applied(Model):
    """What came of it. `stale`: it must be gathered, solved and asked about again."""

    negotiation_id: str
    outcome: Literal["agreed", "over", "stale"]
    state: State
    reason: str | None
    terms_digest: str | None
    event_id: str | None = None


class Applying:
    """Applies deals that a person has approved."""

    def __init__(
        self,
        closing: Closing,
        prices: Callable[[Negotiation], Mapping[str, float]],
        policy: NegotiatePolicy,
    ) -> None:
        """`prices`: what channels' prices per mille are now, by agent; of stated ones, nothing."""
        self._closing, self._prices, self._policy = closing, prices, policy
        self._deals, self._announcer, self._clock = closing.deals, closing.announcer, closing.clock

    def apply(self, negotiation_id: str, verdict: Verdict) -> Applied:
        """The same verdict again gets the same answer, and its event has the same id.

        Raises NotFound, and Conflict while others change the record.
        """
        note = ApprovalNote(
            id=verdict.approval_id,
            state=verdict.reason,
            decided_by=verdict.decided_by,
            decided_at=verdict.decided_at or self._clock.now(),
        )
        if not verdict.approved:
            return self._end(negotiation_id, verdict.reason, note)
        record, written = changed(
            self._deals, negotiation_id, lambda stored: self._agreed(stored, verdict, note)
        )
        if written is not Written.DONE:
            taken = written is Written.TAKEN
            reason = Reason.ALREADY_AGREED if taken else Reason.OVER_BUDGET
            return self._end(negotiation_id, reason, note)
        if record.state is State.WAITING:
            return self._end(negotiation_id, Reason.STALE, note)
        return self._told(record)

    def _end(self, negotiation_id: str, reason: str, note: ApprovalNote) -> Applied:
        record = self._closing.end(negotiation_id, State.REFUSED, reason, approval=note)
        return self._told(record)

    def _agreed(self, stored: Stored, verdict: Verdict, note: ApprovalNote) -> Change | None:
        """The change to agreed; back to work where it is stale; none where that is of no use."""
        record, now = stored.record, self._clock.now()
        if record.state is not State.WAITING or record.deal is None:
            return None
        asked = record.approval.id if record.approval else None
        answered = (verdict.approval_id, verdict.terms_digest) == (asked, record.deal.digest)
        if not answered or self._stale(record, now):
            return self._again(stored, now)
        done = {"state": State.AGREED, "approval": note, "applied_at": now, "updated_at": now}
        return Change(
            record.model_copy(update=done),
            stored.version,
            agree=record.deal.digest,
            commitment=self._commitment(record.deal),
        )

    def _commitment(self, deal: Deal) -> Commitment | None:
        limit = self._policy.monthly_budgets.get(deal.currency)
        if limit is None or not deal.committed:
            return None  # what costs money is refused at the door where there is no budget
        return Commitment(deal.currency, deal.month, deal.committed, limit)

    def _stale(self, record: Negotiation, now: datetime) -> bool:
        """Whether a position is too old, or a channel's price has moved since it was gathered."""
        oldest = now - timedelta(minutes=self._policy.max_position_age_minutes)
        if record.deal is None or record.deal.month != f"{now:%Y-%m}":
            return True  # its money would be of a month that is over
        if any(note.as_of < oldest for note in record.positions):
            return True
        prices = self._prices(record)
        most = self._policy.price_drift_tolerance
        return any(
            abs(prices[note.agent] / note.ecpm - 1) > most
            for note in record.positions
            if note.ecpm and note.agent in prices
        )

    def _again(self, stored: Stored, now: datetime) -> Change | None:
        """Back to work with its terms free: what channels want can be gathered anew, a while."""
        record = stored.record
        stated = any(note.role == "party" for note in record.positions)
        if stated or record.round >= self._policy.max_rounds or record.deal is None:
            return None
        back = {
            "state": State.WORKING,
            "round": record.round + 1,
            "updated_at": now,
            "deal": None,
            "approval": None,
            "impact": None,
        }
        after = record.model_copy(update=back)
        return Change(after, stored.version, free=record.deal.digest)

    def _told(self, record: Negotiation) -> Applied:
        """To the bus as well, in the same words each time."""
        told = None
        if record.state is State.AGREED and record.deal is not None:
            told = _agreement(record, record.deal)
            self._announcer.announce(told)
        else:
            self._closing.tell(record)
        outcomes: dict[State, Literal["agreed", "over", "stale"]] = {
            State.AGREED: "agreed",
            State.WORKING: "stale",
        }
        return Applied(
            negotiation_id=record.id,
            outcome=outcomes.get(record.state, "over"),
            state=record.state,
            reason=record.reason,
            terms_digest=record.deal.digest if record.deal else None,
            event_id=told.event_id if told else None,
        )


def _agreement(record: Negotiation, deal: Deal) -> DealAgreed:
    return DealAgreed(
        event_id=event_id("DealAgreed", deal.digest),
        occurred_at=record.applied_at or record.updated_at,
        negotiation_id=record.id,
        mode=record.mode,
        goal=record.goal,
        parties=record.platforms,
        terms=deal.terms,
        terms_digest=deal.digest,
        month=deal.month,
        currency=deal.currency,
        committed=deal.committed,
        decided_by=record.approval.decided_by if record.approval else None,
    )
