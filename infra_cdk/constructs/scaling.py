"""What starts and stops the local model, and who may ask it."""

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra_cdk import config_fallback
from infra_cdk.config import StageConfig
from infra_cdk.constructs.foundation import Foundation
from infra_cdk.constructs.function import CapabilityFunction
from labverse.route.settings import FallbackService

_TICK = Duration.minutes(1)


def service_of(config: StageConfig) -> FallbackService:
    """The ECS service of this stage."""
    return config_fallback.service(config.stage, config.fallback, config.fallback_tasks)


def let_ask(foundation: Foundation, caller: iam.IGrantable, *routes: str) -> None:
    """Allow signed requests to `routes` (`GET /v1/models`) of the private API, and no other."""
    stack = Stack.of(foundation.api)
    iam.Grant.add_to_principal(
        grantee=caller,
        actions=["execute-api:Invoke"],
        resource_arns=[
            stack.format_arn(
                service="execute-api",
                resource=foundation.model_api,
                resource_name=f"$default/{route.replace(' /', '/')}",
            )
            for route in routes
        ],
    )


class Scaling(Construct):
    """The rules by which `function` hears of what the local model is needed for and people are told
    of, and a clock.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        foundation: Foundation,
        function: CapabilityFunction,
    ) -> None:
        super().__init__(scope, "Scaling")
        service = _arn(self, foundation.config)
        iam.Grant.add_to_principal(
            grantee=function,
            actions=["ecs:DescribeServices", "ecs:UpdateService"],
            resource_arns=[service],
        )
        foundation.let_write_items(
            function, foundation.capacity, "dynamodb:GetItem", "dynamodb:UpdateItem"
        )
        foundation.let_bury(function)
        target = targets.LambdaFunction(function.live)
        for name, pattern in _patterns().items():
            events.Rule(
                self, name, event_bus=foundation.bus, event_pattern=pattern, targets=[target]
            )
        events.Rule(self, "NotPlaced", event_pattern=_not_placed(service), targets=[target])
        events.Rule(self, "Tick", schedule=events.Schedule.rate(_TICK), targets=[target])


def _patterns() -> dict[str, events.EventPattern]:
    """Of the bus, what may call for the local model or for people; the function decides.

    One rule for each type, whatever it is for: a second one would deliver its events twice.
    """
    details = {
        "FallbackRequested": None,
        "TaskRouted": {"provider": ["ollama"]},
        "BudgetThresholdReached": None,
        "ModelRetirementNeared": None,
        "ProviderHealthChanged": {"state": ["down"]},
    }
    return {
        name: events.EventPattern(source=["labverse.route"], detail_type=[name], detail=detail)
        for name, detail in details.items()
    }


def _not_placed(service: str) -> events.EventPattern:
    """ECS found no room for a task; it says so on the account's own bus."""
    return events.EventPattern(
        source=["aws.ecs"],
        detail_type=["ECS Service Action"],
        resources=[service],
        detail={"eventName": ["SERVICE_TASK_PLACEMENT_FAILURE"]},
    )


def _arn(scope: Construct, config: StageConfig) -> str:
    service = service_of(config)
    return Stack.of(scope).format_arn(
        service="ecs",
        resource="service",
        resource_name=f"{service.cluster}/{service.service}",
        arn_format=ArnFormat.SLASH_RESOURCE_NAME,
    )
