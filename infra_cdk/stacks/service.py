"""Everything that can be thrown away and deployed again."""

from datetime import date

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra_cdk import lifetimes
from infra_cdk.capabilities.observe import Observe
from infra_cdk.capabilities.route import Route
from infra_cdk.config import StageConfig
from infra_cdk.constructs import layer, share
from infra_cdk.constructs.api import Api
from infra_cdk.constructs.foundation import Foundation
from infra_cdk.constructs.target import Target

_SHARED = (
    "keys-table",
    "event-bus",
    "local-model-url",
    "local-model-name",
    "provider-base-url",
    "provider-keys-secret",
)


class ServiceStack(cdk.Stack):
    """The API, its functions and workflows; holds no state."""

    def __init__(
        self, scope: Construct, id_: str, *, config: StageConfig, target: Target, today: date
    ) -> None:
        super().__init__(scope, id_, description="Lab-Verse: the API, functions and workflows")
        lifetimes.warn(self, layer.route_config(), today)
        names = {name: share.read(self, stage=config.stage, name=name) for name in _SHARED}
        foundation = _foundation(self, config, target, names)
        route = Route(self, foundation=foundation)
        Observe(self, foundation=foundation)
        outputs = {
            "ApiUrl": foundation.api.api_endpoint,
            "ApiId": foundation.api.api_id,
            "KeysTable": foundation.keys.table_name,
            "EventBusName": foundation.bus.event_bus_name,
            "RouteWorkflowArn": route.workflow.state_machine_arn,
        }
        share.publish(self, stage=config.stage, name="api-url", value=foundation.api.api_endpoint)
        for name, value in outputs.items():
            cdk.CfnOutput(self, name, value=value)


def _foundation(
    scope: Construct, config: StageConfig, target: Target, names: dict[str, str]
) -> Foundation:
    return Foundation(
        config=config,
        target=target,
        layers=(
            layer.shared(scope, target=target),
            layer.wheels(scope, name="deps", target=target),
        ),
        api=Api(scope, stage=config.stage),
        bus=events.EventBus.from_event_bus_name(scope, "Bus", names["event-bus"]),
        keys=dynamodb.Table.from_table_name(scope, "Keys", names["keys-table"]),
        model_url=names["local-model-url"],
        model_name=names["local-model-name"],
        provider_base_url=names["provider-base-url"],
        provider_keys=secretsmanager.Secret.from_secret_complete_arn(
            scope, "ProviderKeys", names["provider-keys-secret"]
        ),
    )
