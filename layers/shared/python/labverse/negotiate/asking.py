"""What a person is asked about a deal, and what came back: the words that `approve` understands."""

from typing import Literal

from pydantic import AwareDatetime, ConfigDict, Field

from labverse.kernel.model import Model
from labverse.negotiate.models import Deal, Digest, Negotiation

RULE = "deal"
"""The rule of approve's policy that such questions follow."""
Decision = Literal["approved", "vetoed", "expired", "abandoned"]


class Fact(Model):
    """One line of the question."""

    label: str
    value: str


class Ask(Model):
    """A question to a person; the same id asked again is the same question."""

    id: str
    rule: str = RULE
    title: str
    facts: tuple[Fact, ...]
    terms_digest: Digest
    requester: str


class Verdict(Model):
    """What was decided. Others' word, so what it holds beyond this is theirs to change."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    approval_id: str
    approved: bool
    reason: Decision
    decided_by: str | None = None
    decided_at: AwareDatetime | None = None
    terms_digest: Digest


class Decided(Model):
    """Event: nothing is open any more."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    approval_id: str
    reason: Decision
    decided_by: str | None = None
    occurred_at: AwareDatetime


class Ended(Model):
    """Event: an execution has another status; of any workflow."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    name: str
    status: str
    machine: str = Field(alias="stateMachineArn")


def approval_id(record: Negotiation) -> str:
    """One question for each round."""
    return f"{record.id}-{record.round}"


def of_approval(id_: str) -> str:
    """The negotiation that an approval would belong to."""
    return id_.rpartition("-")[0]


def ask(record: Negotiation, deal: Deal) -> Ask:
    """The question about `deal`, in the fewest lines that let a person decide."""
    facts = [
        ("Deal", deal.words),
        ("Committed", f"{deal.committed:,} {deal.currency} in {deal.month}"),
    ]
    if record.impact is not None:
        low, high = record.impact.pi90
        mean = f"{record.impact.mean:,.0f} {deal.currency} a month on average"
        facts.append(("Gain", f"{mean}; 90 % of months between {low:,.0f} and {high:,.0f}"))
        facts += [
            (f"Gain of {one.agent}", f"{one.mean:,.0f} {deal.currency} a month on average")
            for one in record.impact.per_agent
        ]
    facts += [(f"Caution: {one.code}", one.message) for one in record.warnings]
    return Ask(
        id=approval_id(record),
        title=f"{record.goal}: {' and '.join(record.platforms)}"[:150],
        facts=tuple(Fact(label=label, value=value[:1000]) for label, value in facts),
        terms_digest=deal.digest,
        requester=record.requester,
    )
