"""What approve tells the bus. Version 1 of each only grows; none carries a token or the terms."""

from typing import Self

from pydantic import AwareDatetime, Field

from labverse.approve.models import Approval, State, Verdict
from labverse.kernel.model import Model


class ApprovalRequested(Model):
    """Event, version 1: people are asked. Its id is the same each time it is announced."""

    event_id: str
    occurred_at: AwareDatetime
    approval_id: str
    requester: str
    terms_digest: str
    quorum: int
    expires_at: AwareDatetime

    @classmethod
    def of(cls, approval: Approval) -> Self:
        """The event of a new approval."""
        return cls(
            event_id=f"approval#{approval.id}#requested",
            occurred_at=approval.requested_at,
            approval_id=approval.id,
            requester=approval.requester,
            terms_digest=approval.terms_digest,
            quorum=approval.quorum,
            expires_at=approval.expires_at,
        )


class ApprovalDecided(Model):
    """Event, version 1: nothing is open any more. Its id is the same each time it is announced."""

    event_id: str
    occurred_at: AwareDatetime
    approval_id: str
    approved: bool
    reason: State = Field(description="approved, vetoed, expired (a veto) or abandoned.")
    decided_by: str | None = Field(description="team/user; null where nobody did.")
    terms_digest: str

    @classmethod
    def of(cls, told: Verdict, occurred_at: AwareDatetime) -> Self:
        """The event of a final state."""
        return cls(
            event_id=f"approval#{told.approval_id}#{told.reason}",
            occurred_at=occurred_at,
            approval_id=told.approval_id,
            approved=told.approved,
            reason=told.reason,
            decided_by=told.decided_by,
            terms_digest=told.terms_digest,
        )


Event = ApprovalRequested | ApprovalDecided
