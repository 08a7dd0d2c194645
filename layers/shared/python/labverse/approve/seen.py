"""An approval as people see it: no token, no execution, no place of a message."""

from typing import Self

from pydantic import AwareDatetime

from labverse.approve.cards import Fact, Question
from labverse.approve.models import Approval, State, Vote
from labverse.kernel.model import Model


class Seen(Model):
    """What is asked, of whom, and what came of it."""

    id: str
    title: str
    facts: tuple[Fact, ...]
    terms_digest: str
    requester: str
    state: State
    quorum: int
    votes: tuple[Vote, ...]
    approvers: tuple[str, ...]
    """As team/user, in order."""
    requested_at: AwareDatetime
    expires_at: AwareDatetime
    decided_by: str | None
    decided_at: AwareDatetime | None

    @classmethod
    def of(cls, approval: Approval, question: Question) -> Self:
        """Texts are as they came: whoever shows them takes care of what is invisible in them."""
        return cls(
            id=approval.id,
            title=question.title,
            facts=question.facts,
            terms_digest=approval.terms_digest,
            requester=approval.requester,
            state=approval.state,
            quorum=approval.quorum,
            votes=approval.votes,
            approvers=tuple(sorted(approval.approvers)),
            requested_at=approval.requested_at,
            expires_at=approval.expires_at,
            decided_by=approval.decided_by,
            decided_at=approval.decided_at,
        )
