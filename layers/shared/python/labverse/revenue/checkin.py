"""The day's revenue health on one screen: what it says."""

from datetime import date, datetime

from pydantic import Field

from labverse.kernel.model import Model
from labverse.revenue.report import Money, MrrDay


class Moved(Model):
    """Movements of so many days, the day of the check-in being the last."""

    days: int
    new: Money
    expansion: Money
    reactivation: Money
    contraction: Money
    churn: Money
    change: Money = Field(description="Of MRR, what exchange rates did included.")


class Anomaly(Model):
    """A day on which MRR moved as it did not in the eight weeks before."""

    day: date
    what: str = Field(description="won: new, expansion and reactivation. lost: the others.")
    amount: Money
    usual: Money = Field(description="The median of the eight weeks before.")
    limit: Money = Field(description="What was passed.")


class ChannelSpend(Model):
    """What a channel cost, and the new MRR that it won."""

    channel: str
    week: Money
    month: Money = Field(description="30 days.")
    won: Money = Field(description="New and reactivated MRR of 30 days.")
    per_new_mrr: float | None = Field(description="Spend for one unit of new MRR; null: none won.")


class Spending(Model):
    """What was spent on channels."""

    week: Money
    month: Money
    last_day: date | None = Field(description="Of spend that we were told of.")
    channels: list[ChannelSpend] = Field(description="The dearest first.")


class Action(Model):
    """What is worth doing next, and why."""

    what: str
    why: str
    command: str | None


class CheckIn(Model):
    """Everything as of now; days are days in UTC, and today is not over."""

    as_of: datetime
    currency: str
    today: MrrDay
    movements: list[Moved] = Field(description="Of today, 7 days and 30 days.")
    anomalies: list[Anomaly] = Field(description="Of the last 7 full days, the newest first.")
    spend: Spending
    last_day: date | None = Field(description="The last day on which MRR moved.")
    next_actions: list[Action]
