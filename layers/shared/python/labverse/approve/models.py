"""An approval: what a person is asked, who may answer, and what came of it."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime, Field, model_validator

from labverse.kernel.model import Model

Digest = str
"""SHA-256 in lower-case hex of the canonical terms: whoever clicks agrees to exactly these."""


class State(StrEnum):
    """Where an approval is. All but the first are final."""

    REQUESTED = "requested"
    APPROVED = "approved"
    VETOED = "vetoed"
    EXPIRED = "expired"
    ABANDONED = "abandoned"
    """What asked has ended: nobody is waiting for an answer any more."""


class Answer(StrEnum):
    """What a person can say."""

    APPROVE = "approve"
    VETO = "veto"


class Team(Model):
    """A workspace, and who of it may answer: a name alone proves nothing in another workspace."""

    id: str = Field(min_length=1, max_length=64)
    users: frozenset[str] = Field(min_length=1)


class Escalation(Model):
    """Who is told as well, once so many seconds passed without a decision."""

    after_seconds: int = Field(gt=0)
    room: str = Field(min_length=1, max_length=80)


class Vote(Model):
    """One person's approval. `user` is `team/user`."""

    user: str
    at: AwareDatetime


class Approval(Model):
    """One question to people. The workflow's token is not in it: it never leaves the store."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    terms_digest: Digest = Field(pattern=r"^[0-9a-f]{64}$")
    requester: str = Field(min_length=1, max_length=160, description="team/user, or a key's name.")
    teams: tuple[Team, ...] = Field(min_length=1)
    quorum: int = Field(default=1, ge=1)
    requested_at: AwareDatetime
    expires_at: AwareDatetime
    room: str = Field(default="", max_length=80, description="Where it is asked; empty: nowhere.")
    escalations: tuple[Escalation, ...] = ()
    state: State = State.REQUESTED
    votes: tuple[Vote, ...] = ()
    decided_by: str | None = None
    decided_at: AwareDatetime | None = None
    version: int = Field(default=0, ge=0, description="Counts changes; a change names what it saw.")

    @model_validator(mode="after")
    def _can_be_decided(self) -> Self:
        if self.expires_at <= self.requested_at:
            raise ValueError("an approval must be open for some time")
        if len({team.id for team in self.teams}) != len(self.teams):
            raise ValueError("a team is listed twice")
        if len(self.approvers) < self.quorum:
            raise ValueError("fewer people may approve than the quorum needs")
        return self

    @property
    def approvers(self) -> frozenset[str]:
        """Who may approve, as team/user: everyone listed but whoever asked."""
        listed = {f"{team.id}/{user}" for team in self.teams for user in team.users}
        return frozenset(listed - {self.requester})

    @property
    def open(self) -> bool:
        """Whether nothing is decided yet."""
        return self.state is State.REQUESTED

    def escalated(self, now: datetime) -> tuple[str, ...]:
        """The rooms that are to be told by `now`, in order; none once it is decided."""
        waited = (now - self.requested_at).total_seconds()
        steps = sorted(self.escalations, key=lambda step: step.after_seconds)
        return tuple(step.room for step in steps if self.open and step.after_seconds <= waited)


class Verdict(Model):
    """What the workflow is told, with its token."""

    approval_id: str
    approved: bool
    reason: State
    decided_by: str | None
    decided_at: AwareDatetime | None
    terms_digest: Digest


class Click(Model):
    """What somebody clicked, once its signature is verified."""

    approval_id: str
    terms_digest: str
    answer: Answer
    team: str
    user: str
    """The id within the team; display names can be chosen freely and prove nothing."""
    reply_url: str | None = None
    """Where to answer whoever clicked, on Slack's own host."""

    @property
    def who(self) -> str:
        """team/user"""
        return f"{self.team}/{self.user}"
