"""What route tells the bus. Version 1 of each only grows; none carries a prompt or an answer."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from labverse.kernel.model import Model
from labverse.kernel.money import Usd
from labverse.route.models import Attempt, Outcome, TaskClass, Tokens


class TaskRouted(Model):
    """Event, version 1: a task was answered. Carries no prompt and no answer."""

    event_id: str
    occurred_at: datetime
    trace_id: str
    task_class: TaskClass
    provider: str
    model: str
    tokens: Tokens
    cost_usd: Usd
    latency_ms: int
    sla_met: bool
    attempts: list[Attempt]


class BudgetThresholdReached(Model):
    """Event, version 1: so much of a month's budget is spent. Once for each threshold a month."""

    event_id: str
    occurred_at: datetime
    period: str = Field(description="The month, by UTC.", examples=["2026-11"])
    threshold_percent: int
    limit_usd: Usd
    spent_usd: Usd


class FallbackRequested(Model):
    """Event, version 1: the local model was asked while it was not up. Carries no prompt."""

    event_id: str
    occurred_at: datetime
    trace_id: str
    model: str = Field(description="The local model that was asked.")


class ProviderHealthChanged(Model):
    """Event, version 1: a provider went down, or came back. Once for each change."""

    event_id: str
    occurred_at: datetime
    provider: str
    state: Literal["up", "down"]
    why: Outcome | None = Field(default=None, description="The failure that it is down for.")
    until: datetime | None = Field(default=None, description="Nobody asks it before.")


class ModelRetirementNeared(Model):
    """Event, version 1: a model that is routed to retires soon. Its id is the same each time."""

    event_id: str
    occurred_at: datetime
    alias: str = Field(description="The name by which it is routed to.")
    model: str
    retires: date = Field(description="The first day it does not answer.")
    days_left: int
    successor: str | None = Field(
        description="What the alias means from then on; null: nothing that is in config."
    )


Event = (
    TaskRouted
    | BudgetThresholdReached
    | FallbackRequested
    | ProviderHealthChanged
    | ModelRetirementNeared
)
