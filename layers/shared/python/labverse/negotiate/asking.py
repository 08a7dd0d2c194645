"""What a person is asked about a deal, and what came back: the words that `approve` understands."""

from collections.abc import Iterator
from typing import Literal

from pydantic import AwareDatetime, ConfigDict, Field

from labverse.kernel.model import Model
from labverse.negotiate.models import Caution, Deal, Digest, ImpactNote, Negotiation

RULE = "deal"
"""The rule of approve's policy that such questions follow."""
MOST_FACTS = 10
"""That `approve` shows of a question: no chat takes more."""
Decision = Literal["approved", "vetoed", "expired", "abandoned"]
Line = tuple[str, str]
_OWN_LINES = 3  # of agents' gains


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
        *(_gains(record.impact, deal.currency) if record.impact else ()),
    ]
    cautions = [(f"Caution: {one.code}", _caution(one)) for one in record.warnings]
    facts += _within(cautions, MOST_FACTS - 1 - len(facts))
    facts.append(("In full", f"kimi negotiate --id {record.id}"))
    return Ask(
        id=approval_id(record),
        title=f"{record.goal}: {' and '.join(record.platforms)}"[:150],
        facts=tuple(Fact(label=label, value=value[:1000]) for label, value in facts),
        terms_digest=deal.digest,
        requester=record.requester,
    )


def _gains(impact: ImpactNote, currency: str) -> Iterator[Line]:
    """Of all together and of each; of many in one line, who gains least first."""
    low, high = impact.pi90
    mean = f"{impact.mean:,.0f} {currency} a month on average"
    yield "Gain", f"{mean}; 90 % of months between {low:,.0f} and {high:,.0f}"
    if len(impact.per_agent) <= _OWN_LINES:
        for one in impact.per_agent:
            yield f"Gain of {one.agent}", f"{one.mean:,.0f} {currency} a month on average"
        return
    ordered = sorted(impact.per_agent, key=lambda one: one.mean)
    each = "; ".join(f"{one.agent} {one.mean:,.0f}" for one in ordered)
    yield f"Gains, {currency} a month", each


def _caution(one: Caution) -> str:
    whose = f"{', '.join(one.agents)}: " if one.agents else ""
    return f"{whose}{one.message}"


def _within(lines: list[Line], most: int) -> list[Line]:
    """All of them; the last ones share a line where there are more than `most`."""
    if len(lines) <= most:
        return lines
    alone, rest = lines[: most - 1], lines[most - 1 :]
    return [*alone, ("And", "; ".join(f"{label}: {value}" for label, value in rest))]
