"""What a workflow asks of people, and the approval that it opens."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import Field, ValidationError

from labverse.approve.cards import Fact, Question
from labverse.approve.config import ApprovePolicy, Rule
from labverse.approve.models import Approval, Team
from labverse.kernel.errors import FieldError, InvalidInput, Refused
from labverse.kernel.model import Model


class Ask(Model):
    """One question. Asked again under its id it is the same one: it is never open twice."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    rule: str = Field(max_length=64, description="A rule of config/policy/approve.json.")
    title: str = Field(max_length=500)
    facts: tuple[Fact, ...] = Field(default=(), max_length=10)
    terms_digest: str = Field(
        pattern=r"^[0-9a-f]{64}$", description="SHA-256, in hex, of what is agreed to."
    )
    requester: str = Field(
        min_length=1, max_length=160, description="team/user, who cannot approve; or key:<id>."
    )

    @property
    def question(self) -> Question:
        """What people see of it."""
        return Question(title=self.title, facts=self.facts)


class Asker(Model):
    """Who waits for the answer. Its token is a secret: whoever holds it can answer."""

    token: str = Field(min_length=1, max_length=2048, repr=False)
    execution: str = Field(pattern=r"^arn:[^:\s]+:states:\S+$", max_length=512)


def opened(ask: Ask, policy: ApprovePolicy, teams: Sequence[Team], now: datetime) -> Approval:
    """The approval that `ask` opens at `now`.

    Raises InvalidInput for a rule that is none, and Refused where too few people may approve.
    """
    rule = _rule(ask, policy)
    try:
        return Approval(
            id=ask.id,
            terms_digest=ask.terms_digest,
            requester=ask.requester,
            teams=tuple(teams),
            quorum=rule.quorum,
            requested_at=now,
            expires_at=now + timedelta(minutes=rule.minutes),
            room=rule.room,
            escalations=rule.escalations,
        )
    except ValidationError:
        raise Refused(
            f"fewer than {rule.quorum} people may approve what {ask.requester!r} asks for: "
            "list them under `approvers` in the stage's config"
        ) from None


def _rule(ask: Ask, policy: ApprovePolicy) -> Rule:
    rule = policy.rules.get(ask.rule)
    if rule is None:
        known = ", ".join(sorted(policy.rules))
        fault = FieldError(field="rule", message=f"is not one of {known}")
        raise InvalidInput("this cannot be asked", [fault])
    return rule
