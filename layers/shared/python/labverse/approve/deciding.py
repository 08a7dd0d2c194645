"""The rules of an approval. Each gives a change to try and something to show; none does anything.

Whoever stores it writes `change` on the one condition that the stored `version` is still the one
that was read. Of any number who try at once, one write succeeds; the others read again and decide
again. Only whoever's write brought the final state sends the workflow's token. Should that process
die in between, a sweeper sends the same answer again: a token can be used once.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from labverse.approve.models import Answer, Approval, Click, State, Verdict, Vote


class Shown(StrEnum):
    """What whoever clicked is told: a click is never silently ignored."""

    APPROVED = "approved"
    VETOED = "vetoed"
    COUNTED = "counted"
    ALREADY_COUNTED = "already_counted"
    ALREADY_DECIDED = "already_decided"
    EXPIRED = "expired"
    ABANDONED = "abandoned"
    OWN_REQUEST = "own_request"
    WRONG_TEAM = "wrong_team"
    NOT_ALLOWED = "not_allowed"
    OTHER_TERMS = "other_terms"
    OTHER_APPROVAL = "other_approval"


class Outcome(NamedTuple):
    """What a click or the clock comes to."""

    shown: Shown
    change: Approval | None
    """The approval as it shall be stored; None = it stays as it is."""


def clicked(approval: Approval, click: Click, now: datetime) -> Outcome:
    """What `click` comes to at `now`.

    Who may not answer is told so before anything else: a stranger learns nothing of the state.
    """
    refused = _refused(approval, click)
    if refused:
        return Outcome(refused, None)
    if not approval.open:
        gone = approval.state is State.ABANDONED
        return Outcome(Shown.ABANDONED if gone else Shown.ALREADY_DECIDED, None)
    if now >= approval.expires_at:
        return Outcome(Shown.EXPIRED, _final(approval, State.EXPIRED, None, now))
    if click.answer is Answer.VETO:
        return Outcome(Shown.VETOED, _final(approval, State.VETOED, click.who, now))
    return _approved(approval, click.who, now)


def timed_out(approval: Approval, now: datetime) -> Approval | None:
    """The expired approval, once its time is over and nobody decided. Silence is a veto."""
    if not approval.open or now < approval.expires_at:
        return None
    return _final(approval, State.EXPIRED, None, now)


def abandoned(approval: Approval, now: datetime) -> Approval | None:
    """The approval once what asked for it has ended: whatever was decided, nothing follows it.

    Only for one whose answer nobody got; None if it was abandoned before.
    """
    if approval.state is State.ABANDONED:
        return None
    return _final(approval, State.ABANDONED, None, now)


def verdict(approval: Approval) -> Verdict | None:
    """What the token is sent with; None while nothing is decided."""
    if approval.open:
        return None
    return Verdict(
        approval_id=approval.id,
        approved=approval.state is State.APPROVED,
        reason=approval.state,
        decided_by=approval.decided_by,
        decided_at=approval.decided_at,
        terms_digest=approval.terms_digest,
    )


def _refused(approval: Approval, click: Click) -> Shown | None:
    """Why this person may not say this about this approval."""
    users = {team.id: team.users for team in approval.teams}
    checks = (
        (click.approval_id == approval.id, Shown.OTHER_APPROVAL),
        (click.team in users, Shown.WRONG_TEAM),
        (click.user in users.get(click.team, ()), Shown.NOT_ALLOWED),
        (click.terms_digest == approval.terms_digest, Shown.OTHER_TERMS),
        # Whoever asked may still take it back.
        (click.answer is Answer.VETO or click.who != approval.requester, Shown.OWN_REQUEST),
    )
    return next((shown for holds, shown in checks if not holds), None)


def _approved(approval: Approval, who: str, now: datetime) -> Outcome:
    if any(vote.user == who for vote in approval.votes):
        return Outcome(Shown.ALREADY_COUNTED, None)
    votes = (*approval.votes, Vote(user=who, at=now))
    counted = approval.model_copy(update={"votes": votes})
    if len(votes) >= approval.quorum:
        return Outcome(Shown.APPROVED, _final(counted, State.APPROVED, who, now))
    return Outcome(Shown.COUNTED, counted.model_copy(update={"version": approval.version + 1}))


def _final(approval: Approval, state: State, who: str | None, now: datetime) -> Approval:
    decided = {"state": state, "decided_by": who, "decided_at": now}
    return approval.model_copy(update={**decided, "version": approval.version + 1})
