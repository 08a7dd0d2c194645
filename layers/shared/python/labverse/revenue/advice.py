"""What is asked about the budgets of channels, and what is advised."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from labverse.kernel.model import Model
from labverse.revenue.models import Name
from labverse.revenue.plan import ChannelPlan, Missing, Status

Aim = Literal["conversion_rate", "spend", "target_mrr"]
Limit = Literal["budget", "target", "payback", "trust_region", "evidence", "data"]


class Goal(Model):
    """The body of a request for advice."""

    target_mrr: float = Field(gt=0, le=1e12, allow_inf_nan=False, description="Base currency.")
    channels: Annotated[list[Name], Field(min_length=1, max_length=20)] = Field(
        description="As events name them; only their budgets are looked at."
    )
    optimization_type: Aim = Field(
        default="target_mrr",
        description="conversion_rate: today's money, split to win the most new MRR. spend: the "
        "least money that wins as much as today. target_mrr: the least money, from today's on, "
        "that is expected to reach the target.",
    )
    days: int = Field(default=90, ge=7, le=365, description="In so many days.")


class Effect(Model):
    """New MRR a day that is expected beyond today's, with its 90 % interval."""

    expected: float
    low: float
    high: float


class Outlook(Model):
    """MRR at the end of the days asked for: as the last 90 days went on, with the plan or not."""

    target_mrr: float
    mrr: float = Field(description="At the end of yesterday.")
    days: int
    without: float = Field(description="Expected if nothing is changed.")
    expected: float
    low: float
    high: float
    reached: bool = Field(description="Whether the target is expected to be reached.")


class Hindsight(Model):
    """Advice as it would have been on a day gone by, judged by the days that came after it.

    `expected` is what it promised; `turned_out` is the same move on curves that are fitted to
    later days only, with their own 90 % interval.
    """

    as_of: date
    status: Status
    expected: float
    turned_out: float
    low: float
    high: float


class Advice(Model):
    """Budgets a day, in the base currency. New MRR is what new and returning customers bring."""

    optimization_type: Aim
    status: Status = Field(description="`too_thin`: nothing is advised, see `missing`.")
    currency: str
    as_of: datetime
    budget: float = Field(description="A day, for the channels that there is enough data of.")
    unspent: float
    channels: list[ChannelPlan]
    effect: Effect
    probability_of_loss: float = Field(description="Chance that less is won than today.")
    binding: Limit = Field(description="What keeps it from being better.")
    outlook: Outlook
    payback_months: float | None = Field(
        description="Extra spend of a month over the new MRR that it wins in it; null where "
        "no more is spent, or no more is won."
    )
    missing: list[Missing]
    backtest: list[Hindsight] = Field(description="The newest first.")
    assumptions: list[str]
