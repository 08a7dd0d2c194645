"""A negotiation as everybody sees it: over HTTP, as an A2A artifact, and in the table."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, PlainSerializer, WithJsonSchema

from labverse.kernel.model import Model
from labverse.negotiate.states import Mode, State

ID = r"^[A-Za-z0-9_-]{1,56}$"
"""Of a negotiation. An approval's id is this, a dash and a number: at most 64 characters."""
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 in hex.")]
Money = Annotated[
    Decimal,
    Field(max_digits=15, decimal_places=6, allow_inf_nan=False),
    PlainSerializer(float, return_type=float, when_used="json"),
    WithJsonSchema({"type": "number", "description": "In the currency beside it, <= 6 decimals"}),
]
"""Exact; a number or a string in, a number out (15 digits survive a JSON number)."""
Interval = tuple[float, float]
Role = Literal["buyer", "seller", "party"]


class ObjectRef(Model):
    """Something in the data bucket, and what it must still be when it is read."""

    key: str
    sha256: Digest


class PositionNote(Model):
    """What one agent brought, in short."""

    agent: str
    role: Role
    currency: str
    unit: Literal["major", "minor", "micros"]
    as_of: AwareDatetime
    rationale: str = Field(description="In words; where a model phrased it, every number is ours.")
    reserve: float = Field(description="What it expects without a deal, a period, major units.")
    ecpm: float | None = Field(default=None, description="Of its price; null: no price was told.")
    weight: float = 1.0


class Deal(Model):
    """The terms that are proposed or agreed."""

    terms: dict[str, Any] = Field(description="Canonical: decimals are strings.")
    digest: Digest
    currency: str
    month: str = Field(description="In which it starts, by UTC.", examples=["2026-11"])
    committed: Money = Field(description="Expected payment of that month.")
    words: str
    ecpm: float | None = None
    proof: Literal["optimal", "bounded"] = "optimal"


class Uplift(Model):
    """A paired difference to no deal at all, in money per period. Two intervals, never mixed."""

    mean: float
    ci95: Interval = Field(description="Of the mean.")
    pi90: Interval = Field(description="Of what one period will bring.")
    probability_of_gain: float
    worst_mean: float = Field(description="Mean of the worst twentieth.")


class AgentUplift(Uplift):
    """One agent's: a sum can hide who pays for it."""

    agent: str


class ImpactNote(Uplift):
    """Of all together and of each, and what is left of it in scenarios nobody chose by."""

    per_agent: tuple[AgentUplift, ...]
    wider_ci95: Interval = Field(description="Of the mean, if scenarios are themselves a sample.")
    draws: int
    seed: str = Field(description="In hex: SHA-256 of the terms' digest and the run's id.")
    kept: float | None = Field(description="Share of the mean that is left on fresh scenarios.")


class ArbitrageNote(Model):
    """A spread per mille by three standards: never a loss, certainty equivalent, mean."""

    between: str
    riskless: bool
    robust: bool
    expected: bool
    mean: float
    certainty_equivalent: float
    worst: float


class MisreportNote(Model):
    """What an agent gains by claiming an alternative better by so much of his stake."""

    agent: str
    claim: float
    status: str
    gain: float
    others: float


class SplitPart(Model):
    """A share of the volume under one contract."""

    share: float
    deal: dict[str, Any]


class SplitNote(Model):
    """A volume split that leaves less regret than any single deal; told, not proposed."""

    parts: tuple[SplitPart, ...]
    phi: float
    pure_phi: float
    lower_bound: float


class Caution(Model):
    """Something to know before saying yes."""

    code: Literal[
        "bounded", "ties", "indifferent", "dominating", "suspect_units", "not_kept",
        "misreporting_pays", "not_looked_at",
    ]  # fmt: skip
    message: str
    agents: tuple[str, ...] = ()


class ApprovalNote(Model):
    """The question to a person. `state`: requested, approved, vetoed, expired or abandoned."""

    id: str
    state: str
    decided_by: str | None = None
    decided_at: AwareDatetime | None = None


class Negotiation(Model):
    """One negotiation. What there is not (yet) is null or empty."""

    id: str = Field(pattern=ID)
    mode: Mode
    state: State
    reason: str | None = Field(default=None, description="Why there is no deal.")
    goal: str
    platforms: tuple[str, ...] = Field(description="Its agents, in their order.")
    requester: str = Field(description="team/user, or key:<key id>.")
    created_at: AwareDatetime
    updated_at: AwareDatetime
    positions: tuple[PositionNote, ...] = ()
    deal: Deal | None = None
    certificate: dict[str, Any] | None = Field(
        default=None, description="What proves the deal, or why there is none; plain numbers."
    )
    impact: ImpactNote | None = None
    arbitrage: ArbitrageNote | None = None
    sensitivity: tuple[MisreportNote, ...] = ()
    split: SplitNote | None = None
    warnings: tuple[Caution, ...] = ()
    approval: ApprovalNote | None = None
    applied_at: AwareDatetime | None = None
    context_id: str | None = None
    round: int = Field(default=1, ge=1, description="How often it was solved and asked about.")
    request: ObjectRef | None = Field(default=None, description="What was asked, in our bucket.")
