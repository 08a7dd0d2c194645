"""What each event asks of the local model."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from infra_cdk.constructs.layer import route_policy
from labverse.kernel.errors import InvalidInput
from labverse.route import events, signals
from labverse.route.fallback import NEVER, Capacity
from tests.unit.route.fake_means import FakeClock

AT = FakeClock().now()
POLICY = route_policy().fallback
WARM = Capacity(wanted_until=AT + timedelta(minutes=POLICY.keep_warm_minutes))
ON_DEMAND = Capacity(on_demand_until=AT + timedelta(minutes=POLICY.on_demand_minutes))
NOTHING = Capacity()
ARN = "arn:aws:ecs:us-east-1:123456789012:capacity-provider/"


def not_placed(*providers: str, name: str = "SERVICE_TASK_PLACEMENT_FAILURE") -> dict[str, Any]:
    arns = [ARN + provider for provider in providers]
    return {"eventName": name, "capacityProviderArns": arns, "reason": "RESOURCE:FARGATE"}


@pytest.mark.parametrize(
    ("kind", "detail", "expected"),
    [
        ("FallbackRequested", {"trace_id": "t"}, WARM),
        ("TaskRouted", {"provider": "ollama", "more": 1}, WARM),
        ("TaskRouted", {"provider": "openai"}, NOTHING),
        ("BudgetThresholdReached", {"threshold_percent": 75}, WARM),
        ("BudgetThresholdReached", {"threshold_percent": 100, "period": "2026-11"}, WARM),
        ("BudgetThresholdReached", {"threshold_percent": 74}, NOTHING),
        ("ProviderHealthChanged", {"provider": "openai", "state": "down"}, WARM),
        ("ProviderHealthChanged", {"provider": "openai", "state": "up"}, NOTHING),
        ("ECS Service Action", not_placed("FARGATE_SPOT"), ON_DEMAND),
        ("ECS Service Action", not_placed("FARGATE", "FARGATE_SPOT"), ON_DEMAND),
        ("ECS Service Action", not_placed("FARGATE"), NOTHING),
        ("ECS Service Action", not_placed(), NOTHING),
        ("ECS Service Action", not_placed("FARGATE_SPOT", name="SERVICE_STEADY_STATE"), NOTHING),
        ("Scheduled Event", {}, NOTHING),
    ],
)
def test_what_an_event_asks_for(kind: str, detail: dict[str, Any], expected: Capacity) -> None:
    assert signals.wish(kind, detail, AT, POLICY) == expected


def test_an_old_event_asks_for_what_is_over() -> None:
    """A replay from the dead letters, a week later, starts nothing."""
    old = AT - timedelta(days=7)
    wish = signals.wish("FallbackRequested", {}, old, POLICY)
    assert NEVER < wish.wanted_until < AT


def test_a_strange_event_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="'DealAgreed' says nothing"):
        signals.wish("DealAgreed", {}, AT, POLICY)
    with pytest.raises(ValidationError, match="threshold_percent"):
        signals.wish("BudgetThresholdReached", {"threshold_percent": "most"}, AT, POLICY)


@pytest.mark.parametrize(
    "event", [events.FallbackRequested, events.ProviderHealthChanged, events.TaskRouted]
)
def test_our_own_events_have_what_is_read_of_them(event: Any) -> None:
    wanted = signals.SIGNALS[event.__name__].model_fields
    assert wanted.keys() <= event.model_fields.keys()
