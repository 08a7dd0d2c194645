"""`config/policy/revenue.json`: currencies, how long customers are known, how budgets may move."""

from pydantic import Field

from labverse.kernel.model import Model
from labverse.revenue.rates import Rates


class AllocationLimits(Model):
    """What a recommended move keeps to."""

    floor: float = Field(
        default=0.25, ge=0, le=1, description="Of its share today, what a channel keeps at least."
    )
    ceiling: float = Field(
        default=3.0, ge=1, le=10, description="Of its share today, what a channel gets at most."
    )
    total: float = Field(
        default=2.0,
        ge=1,
        le=5,
        description="Of the spend seen, the largest budget that we place; more stays unspent.",
    )
    certainty: float = Field(
        default=0.975, gt=0.5, lt=1, description="Chance that a move gains, at least."
    )
    periods: int = Field(default=28, ge=8, description="Periods a channel needs before it moves.")
    variation: float = Field(
        default=0.05,
        gt=0,
        le=1,
        description="Standard deviation of a channel's spend over its mean that it needs.",
    )


class RevenuePolicy(Model):
    """Numbers of `revenue` that people tune."""

    allocation: AllocationLimits = AllocationLimits()
    rates: Rates = Field(
        default=Rates(),
        description="What currencies are worth, from which day on. Events in others are refused.",
    )
    payback_months: float = Field(
        default=12,
        gt=0,
        le=120,
        description="So soon must the last money that is advised beyond today's have paid back.",
    )
    customer_days: int = Field(
        default=1095,
        ge=1,
        le=36_500,
        description="So long after the last batch that named a customer, his name is forgotten. "
        "Sums stay.",
    )
