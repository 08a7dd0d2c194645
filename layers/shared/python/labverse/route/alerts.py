"""What people are told of slow trouble: budgets that run out, models that retire."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import ConfigDict, Field

from labverse.kernel.errors import FieldError, InvalidInput
from labverse.kernel.model import Model
from labverse.kernel.money import Usd


class AlertsPolicy(Model):
    """Who is told what goes wrong slowly, and when."""

    cost_channel: str = Field(
        default="#cost-alerts",
        pattern=r"^(#[a-z0-9_-]{1,80}|[CG][A-Z0-9]{6,})$",
        description="The Slack channel, by name or id, that hears of budgets and retirements.",
    )
    warn_retirement_days: int = Field(
        default=60, ge=1, le=365, description="So long before a model retires it is announced."
    )


class Alert(Model):
    """The detail of an event that people are told of, as far as they are."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    event_id: str = Field(min_length=1, max_length=256)

    @property
    def text(self) -> str:
        """What they read; plain text."""
        raise NotImplementedError


class BudgetThresholdReached(Alert):
    """So much of a month's budget is spent."""

    period: str
    threshold_percent: int
    limit_usd: Usd
    spent_usd: Usd

    @property
    def text(self) -> str:
        """How much, of how much, and where to look."""
        return (
            f"{self.threshold_percent} % of the budget of {self.period} is reached: "
            f"{_cents(self.spent_usd)} of {_cents(self.limit_usd)} USD are spent. "
            "Past the hard stop only the local model answers. "
            f"See: kimi spend --period {self.period}"
        )


class ModelRetirementNeared(Alert):
    """A model that is routed to retires soon."""

    alias: str
    model: str
    retires: date
    days_left: int
    successor: str | None

    @property
    def text(self) -> str:
        """When, what follows, and what to do."""
        then = (
            f"From then on {self.alias} means {self.successor}; check that it does as well."
            if self.successor
            else f"Nothing follows it, and {self.alias} will be dead: name a successor in "
            "config/ai_providers.yaml."
        )
        return f"{self.model} retires on {self.retires}, in {self.days_left} days. {then}"


ALERTS: Mapping[str, type[Alert]] = {
    "BudgetThresholdReached": BudgetThresholdReached,
    "ModelRetirementNeared": ModelRetirementNeared,
}


def alert(kind: str, detail: dict[str, Any]) -> Alert:
    """The alert that an event of type `kind` is.

    Raises InvalidInput for another type, and pydantic's ValidationError.
    """
    if kind not in ALERTS:
        field = FieldError(field="detail-type", message=f"nobody is told of {kind!r}")
        raise InvalidInput("not an event that people are told of", [field])
    return ALERTS[kind].model_validate(detail)


def _cents(amount: Decimal) -> str:
    return f"{amount:,.2f}"
