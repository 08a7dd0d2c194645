"""What upsell is asked, what it answers, and what it keeps of a decision."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, PlainSerializer, WithJsonSchema

from labverse.kernel.model import Model
from labverse.upsell.policy import Mode

CUSTOMER = r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$"
"""An id of yours for a customer: what can be written into a path, so that it can be erased."""

SignedUsd = Annotated[
    Decimal,
    Field(max_digits=15, decimal_places=6, allow_inf_nan=False),
    PlainSerializer(float, return_type=float, when_used="json"),
    WithJsonSchema({"type": "number", "description": "US dollars, at most 6 decimals"}),
]
Stated = Literal["none", "considered", "not_eligible", "unknown"]


class CustomerContext(Model):
    """What is known of a customer now; what is not known may be left out."""

    usage_percentile: float | None = Field(default=None, ge=0, le=100, allow_inf_nan=False)
    engagement_score: float | None = Field(default=None, ge=0, le=1, allow_inf_nan=False)
    churn_risk: float | None = Field(default=None, ge=0, le=1, allow_inf_nan=False)

    def known(self) -> dict[str, float]:
        """The numbers that were told, by name."""
        return {name: value for name, value in self if value is not None}


class UpsellRequest(Model):
    """Which offer should this customer get?"""

    user_segment: str = Field(min_length=1, max_length=64, examples=["power"])
    offer_type: str | None = Field(
        default=None,
        min_length=1,
        max_length=64,
        examples=["annual_30pct_off"],
        description="What you would offer: counts until the policy knows better.",
    )
    context: CustomerContext = CustomerContext()
    customer_id: str | None = Field(
        default=None,
        pattern=CUSTOMER,
        description="An id of yours, no address: decides about the holdout, and is what is erased "
        "by. Without it a customer is never held out.",
    )


class OfferAnswer(Model):
    """The offer, and what to expect of it. docs/upsell.md defines every number."""

    decision_id: str
    recommended_offer: str
    expected_ltv_increase: float | None = Field(
        description="US dollars that the offer brings until the reward deadline, beyond what comes "
        "without it; null where nothing was computed (mode off)."
    )
    expected_over_incumbent: float | None = Field(
        description="The same, less what the incumbent is expected to bring."
    )
    currency: Literal["USD"] = "USD"
    confidence: float | None = Field(
        description="Probability that no eligible offer is worth more here; null in mode off."
    )
    decision_time_ms: float
    propensity: float
    model_version: str
    mode: Mode
    segment: str = Field(description="Where it was decided: `other` for one without a name.")
    stated: Stated = Field(description="What became of offer_type.")
    reward_deadline: datetime


class OutcomeRequest(Model):
    """What a decision brought. Say it of offers that were declined, too."""

    decision_id: str = Field(min_length=1, max_length=64)
    accepted: bool
    value_usd: SignedUsd | None = Field(
        default=None,
        description="Incremental value as you measure it; without it, the catalogue's for this "
        "offer where it was accepted, else 0.",
    )


class OutcomeAnswer(Model):
    """What was recorded. `repeated`: it was known already, and nothing was learnt again."""

    decision_id: str
    reward_usd: SignedUsd
    late: bool
    learned: bool
    repeated: bool
    model_version: str


class Erased(Model):
    """How many decisions are gone; `complete` is false where there are more: ask again."""

    erased: int
    complete: bool


class DecisionRecord(Model):
    """All that learning from a decision and judging it later takes. Names no customer."""

    decision_id: str
    segment: str
    offer: str
    stated: str | None
    mode: Mode
    propensity: float
    probabilities: Mapping[str, float]
    own: Mapping[str, float]
    expected: float | None
    gain: float | None
    confidence: float | None
    model_version: int
    context: Mapping[str, float]
    decided_at: datetime
    reward_deadline: datetime


class Outcome(Model):
    """What was told of a decision, and what was made of it."""

    accepted: bool
    value_usd: SignedUsd | None
    reward_usd: SignedUsd
    late: bool
    learned: bool
    model_version: int = Field(description="Of the segment, once this was learnt.")
    recorded_at: datetime


class Kept(NamedTuple):
    """A decision as it is stored."""

    record: DecisionRecord
    outcome: Outcome | None
    expires_at: int


class Learnt(NamedTuple):
    """A segment's state (bytes of `Policy`), and the version that a write must still find."""

    version: int = 0
    state: bytes | None = None
