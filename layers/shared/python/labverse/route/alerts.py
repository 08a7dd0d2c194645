"""What people are told of slow trouble, in their words: budgets that run out, models that retire."""

from pydantic import Field

from labverse.kernel.model import Model


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
