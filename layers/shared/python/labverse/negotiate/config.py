"""`config/policy/negotiate.json`: channel profiles, and the deals that are looked at."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from labverse.kernel.model import Model
from labverse.negotiate.adcp import PricingModel

Rate = Annotated[float, Field(gt=0, lt=1)]
Spread = Annotated[float, Field(ge=0, le=3)]


class Uncertain(Model):
    """A forecast of something positive: its median, and how far it spreads."""

    median: float = Field(gt=0, le=1e9)
    spread: Spread = Field(description="Standard deviation of its logarithm over periods.")
    doubt: Spread = Field(
        default=0, description="The same of the median itself: what we do not know about it."
    )


class ChannelProfile(Model):
    """What is forecast of a channel for one month. Money in the profile's currency."""

    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.")
    market_cpm: Uncertain = Field(description="What its inventory earns without a deal, per mille.")
    ctr: Uncertain = Field(description="Clicks per impression.")
    cvr: Uncertain = Field(description="Acquisitions per click.")
    lifetime_value: Uncertain = Field(description="Of one acquisition, to whoever buys reach.")
    fill: Rate = Field(description="Share of its impressions that are sold without a deal.")
    buying_cpm: Uncertain = Field(description="What it pays per mille for reach elsewhere.")

    @model_validator(mode="after")
    def _rates(self) -> Self:
        if self.ctr.median >= 1 or self.cvr.median >= 1:
            raise ValueError("ctr and cvr are shares of 1")
        return self


class Deals(Model):
    """The values of each issue that are on the table."""

    pricing_models: tuple[PricingModel, ...] = Field(min_length=1)
    ecpm: tuple[float, ...] = Field(min_length=1, description="Price levels, per mille.")
    impressions: tuple[int, ...] = Field(min_length=1, description="A month.")
    months: tuple[int, ...] = Field(min_length=1, description="Term.")
    exclusive: tuple[bool, ...] = (False, True)
    upfront: tuple[float, ...] = Field(
        min_length=1, description="Share of the expected payment that is a flat rate."
    )


class StandingDeal(Model):
    """What autonomous mode negotiates again and again."""

    goal: str
    platforms: tuple[str, str]


class NegotiatePolicy(Model):
    """Numbers of `negotiate` that people tune."""

    goals: tuple[str, ...] = Field(min_length=1, description="What a deal may be for.")
    channels: dict[str, ChannelProfile] = Field(description="Profiles by platform.")
    correlation: float = Field(gt=-1, lt=1, description="Of CTR, CVR and prices across channels.")
    deals: Deals
    budget: float = Field(gt=0, description="Expected payment a month, at most.")
    exclusivity_lift: Rate = Field(description="By how much more an exclusive deal converts.")
    exclusivity_cost: Rate = Field(description="Share of market earnings that it costs the seller.")
    commitment: Rate = Field(description="What a month of term above one costs, of its value.")
    scenarios: int = Field(ge=30, le=5000)
    risk_aversion: float = Field(ge=0, le=1)
    tail: float = Field(ge=0, le=1)
    draws: int = Field(ge=1000, le=100_000, description="Of scenarios, for the impact.")
    sensitivity: bool = Field(description="Whether gains from misreporting are looked at.")
    sensitivity_outcomes: int = Field(
        ge=1, description="With more outcomes than these, neither they nor splits are looked at."
    )
    split_gain: Rate = Field(description="A volume split that saves less regret is not told.")
    kept_least: Rate = Field(description="Below this share of the plan on fresh scenarios: warn.")
    rationale: bool = Field(description="Whether a model may phrase what an agent wants.")
    max_position_age_minutes: int = Field(gt=0, description="Older ones are stale.")
    price_drift_tolerance: Rate = Field(description="Since it was solved, before it is applied.")
    max_rounds: int = Field(ge=1, le=9, description="Of solving and asking, while prices move.")
    monthly_budgets: dict[str, Decimal] = Field(description="Committed money, by currency.")
    max_open_approvals: int = Field(ge=1, description="Autonomous mode asks no more at a time.")
    standing: tuple[StandingDeal, ...] = Field(description="The deals of autonomous mode.")
    cycle_interval_seconds: int = Field(
        ge=60, multiple_of=60, description="How often autonomous mode opens them: whole minutes."
    )
    interrupted_after_seconds: int = Field(
        ge=10, description="Without an execution for so long, a negotiation has failed."
    )

    @model_validator(mode="after")
    def _standing_deals_can_be_negotiated(self) -> Self:
        for deal in self.standing:
            if deal.goal not in self.goals:
                raise ValueError(f"standing: {deal.goal!r} is not among the goals")
            unknown = sorted(set(deal.platforms) - self.channels.keys())
            if unknown:
                raise ValueError(f"standing: there is no profile of {unknown}")
        return self
