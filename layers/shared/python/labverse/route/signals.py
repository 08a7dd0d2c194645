"""Events that say whether the local model should run, as far as that needs to know them.

They are other people's: what they hold beyond this is theirs to change.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import ConfigDict, Field

from labverse.kernel.errors import FieldError, InvalidInput
from labverse.kernel.model import Model
from labverse.route.choice import LOCAL
from labverse.route.config import FallbackPolicy
from labverse.route.fallback import Capacity

TICK = "Scheduled Event"
SPOT = "FARGATE_SPOT"


class Signal(Model):
    """The detail of one event."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    def wish(self, at: datetime, policy: FallbackPolicy) -> Capacity:
        """What follows from it: the local model is wanted for a while."""
        return Capacity(wanted_until=at + timedelta(minutes=policy.keep_warm_minutes))


class FallbackRequested(Signal):
    """Somebody asked the local model while it was not up."""


class TaskRouted(Signal):
    """A task was answered. By the local model: it is still needed."""

    provider: str

    def wish(self, at: datetime, policy: FallbackPolicy) -> Capacity:
        """Nothing where another provider answered."""
        return super().wish(at, policy) if self.provider == LOCAL else Capacity()


class BudgetThresholdReached(Signal):
    """That much of a budget is spent: soon only the local model may answer."""

    threshold_percent: int

    def wish(self, at: datetime, policy: FallbackPolicy) -> Capacity:
        """Nothing below the policy's threshold."""
        near = self.threshold_percent >= policy.budget_threshold_percent
        return super().wish(at, policy) if near else Capacity()


class ProviderHealthChanged(Signal):
    """A provider went down, or came back."""

    state: str

    def wish(self, at: datetime, policy: FallbackPolicy) -> Capacity:
        """Nothing but for one that is down."""
        return super().wish(at, policy) if self.state == "down" else Capacity()


class EcsServiceAction(Signal):
    """ECS could not place a task: it tries again for ever, and never on another capacity."""

    event_name: str = Field(alias="eventName")
    providers: tuple[str, ...] = Field(default=(), alias="capacityProviderArns")

    def wish(self, at: datetime, policy: FallbackPolicy) -> Capacity:
        """On-demand for a while, where it was Spot that had no room."""
        full = self.event_name == "SERVICE_TASK_PLACEMENT_FAILURE"
        if not (full and any(arn.endswith(f"/{SPOT}") for arn in self.providers)):
            return Capacity()
        return Capacity(on_demand_until=at + timedelta(minutes=policy.on_demand_minutes))


SIGNALS: Mapping[str, type[Signal]] = {
    "FallbackRequested": FallbackRequested,
    "TaskRouted": TaskRouted,
    "BudgetThresholdReached": BudgetThresholdReached,
    "ProviderHealthChanged": ProviderHealthChanged,
    "ECS Service Action": EcsServiceAction,
}


def wish(kind: str, detail: dict[str, Any], at: datetime, policy: FallbackPolicy) -> Capacity:
    """What an event of type `kind`, of the moment `at`, asks for; a tick asks for nothing.

    Raises InvalidInput for a type that is not ours to handle, and pydantic's ValidationError.
    """
    if kind == TICK:
        return Capacity()
    if kind not in SIGNALS:
        field = FieldError(field="detail-type", message=f"{kind!r} says nothing about the fallback")
        raise InvalidInput("not an event of the fallback", [field])
    return SIGNALS[kind].model_validate(detail).wish(at, policy)
