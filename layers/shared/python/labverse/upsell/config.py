"""`config/policy/upsell.json`: what may be offered to whom, and how much the policy may decide."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from labverse.kernel.model import Model
from labverse.kernel.money import Usd

OTHER = "other"
"""Where a segment that the catalogue does not name is decided, and learnt from."""


class Range(Model):
    """From `least` to `most`, both included."""

    least: float = Field(default=0.0, allow_inf_nan=False)
    most: float = Field(default=100.0, allow_inf_nan=False)

    def holds(self, value: float | None) -> bool:
        """Whether the number is in it. What nobody has told is in no range."""
        return value is not None and self.least <= value <= self.most


class Eligibility(Model):
    """Who may get an offer: everybody, unless it is limited."""

    segments: tuple[str, ...] = Field(default=(), description="Only these; empty: all.")
    context: Mapping[str, Range] = Field(
        default={},
        description="Only within: usage_percentile, engagement_score, churn_risk by name.",
    )

    def holds(self, segment: str, context: Mapping[str, float | None]) -> bool:
        """Whether a customer like that is eligible."""
        if self.segments and segment not in self.segments:
            return False
        return all(limits.holds(context.get(name)) for name, limits in self.context.items())


class Offer(Model):
    """One offer of the catalogue, and what it is worth to us beyond what would come anyway."""

    term_months: int = Field(ge=0, le=120, description="What is agreed on; 0: no contract.")
    price_usd: Usd = Field(description="A month at list price, beyond what is paid already.")
    cost_usd: Usd = Field(description="What serving it costs us in a month.")
    discount: Decimal = Field(default=Decimal(0), ge=0, lt=1, description="Off the list price.")
    margin_floor: Decimal = Field(
        default=Decimal(0), ge=0, lt=1, description="Of the discounted price, our least share."
    )
    lasts_months: Decimal = Field(
        default=Decimal(0), ge=0, le=120, description="How long who takes it stays, on average."
    )
    anyway: Decimal = Field(
        default=Decimal(0), ge=0, le=1,
        description="Of those who take it, the share that would have paid the list price.",
    )  # fmt: skip
    likely: float = Field(
        default=0.1, gt=0, lt=1, description="Share that takes it, as expected before any outcome."
    )
    eligible: Eligibility = Eligibility()

    @property
    def value_usd(self) -> Decimal:
        """What one that is taken brings: the margin of its months, less what comes anyway."""
        asked = self.price_usd * (1 - self.discount) - self.cost_usd
        anyway = self.anyway * (self.price_usd - self.cost_usd)
        return (self.lasts_months * (asked - anyway)).quantize(Decimal("0.000001"))

    @model_validator(mode="after")
    def _keeps_its_margin(self) -> Self:
        asked = self.price_usd * (1 - self.discount)
        if asked - self.cost_usd < self.margin_floor * asked:
            raise ValueError(
                f"a month brings {asked} USD and costs {self.cost_usd}: under the margin floor "
                f"of {self.margin_floor}"
            )
        return self


class Learning(Model):
    """How far offers may be chosen by what was learnt."""

    enabled: bool = Field(
        default=True,
        description="The kill switch: without it everybody gets the incumbent, and nothing is "
        "learnt.",
    )
    apprentice: bool = Field(
        default=True,
        description="A segment follows the incumbent until its policy is proven ahead of it.",
    )
    own_share: float = Field(
        default=0.2, gt=0, le=1, description="Of an apprentice's decisions, those of its own."
    )
    holdout: float = Field(
        default=0.05, ge=0, lt=1, description="Share of customers that always get the incumbent."
    )


class UpsellPolicy(Model):
    """Numbers of `upsell` that people tune, and its catalogue."""

    incumbent: str = Field(description="What is offered without this policy: for everybody.")
    segments: tuple[str, ...] = Field(
        min_length=1, max_length=200, description=f"Others are decided as `{OTHER}`."
    )
    offers: Mapping[str, Offer] = Field(min_length=1, max_length=24)
    learning: Learning = Learning()
    reward_deadline_days: float = Field(
        default=14.0, gt=0, le=365, description="What comes later counts as nothing."
    )
    retention_days: float = Field(
        default=90.0, gt=0, le=730, description="How long a decision with its context is kept."
    )

    def segment(self, said: str) -> str:
        """Where a customer of this segment is decided."""
        return said if said in self.segments else OTHER

    def eligible(self, segment: str, context: Mapping[str, float | None]) -> tuple[str, ...]:
        """Names of the offers that such a customer may get, the incumbent among them."""
        return tuple(
            name for name, offer in self.offers.items() if offer.eligible.holds(segment, context)
        )

    @model_validator(mode="after")
    def _can_always_offer_something(self) -> Self:
        incumbent = self.offers.get(self.incumbent)
        if incumbent is None or incumbent.eligible != Eligibility():
            raise ValueError(f"incumbent: {self.incumbent!r} must be an offer for everybody")
        if OTHER in self.segments:
            raise ValueError(f"segments: {OTHER!r} is for all that are not named")
        if self.retention_days <= self.reward_deadline_days:
            raise ValueError("retention_days: an outcome may come until reward_deadline_days")
        return self
