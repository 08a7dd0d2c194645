"""Everything that can be thrown away and deployed again."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from constructs import Construct

from infra_cdk.capabilities.observe import Observe
from infra_cdk.capabilities.route import Route
from infra_cdk.config import StageConfig
from infra_cdk.constructs import layer, share
from infra_cdk.constructs.api import Api
from infra_cdk.constructs.foundation import Foundation
from infra_cdk.constructs.target import Target


class ServiceStack(cdk.Stack):
    """The API, its functions and workflows; holds no state."""

    def __init__(self, scope: Construct, id_: str, *, config: StageConfig, target: Target) -> None:
        super().__init__(scope, id_, description="Lab-Verse: the API, functions and workflows")
        names = {
            name: share.read(self, stage=config.stage, name=name)
            for name in ("keys-table", "event-bus", "local-model-url", "local-model-name")
        }
        foundation = Foundation(
            config=config,
            target=target,
            layers=(
                layer.shared(self, target=target),
                layer.wheels(self, name="deps", target=target),
            ),
            api=Api(self, stage=config.stage),
            bus=events.EventBus.from_event_bus_name(self, "Bus", names["event-bus"]),
            keys=dynamodb.Table.from_table_name(self, "Keys", names["keys-table"]),
            model_url=names["local-model-url"],
            model_name=names["local-model-name"],
        )
        route = Route(self, foundation=foundation)
        Observe(self, foundation=foundation)
        outputs = {
            "ApiUrl": foundation.api.api_endpoint,
            "ApiId": foundation.api.api_id,
            "KeysTable": foundation.keys.table_name,
            "EventBusName": foundation.bus.event_bus_name,
            "RouteWorkflowArn": route.workflow.state_machine_arn,
        }
        for name, value in outputs.items():
            cdk.CfnOutput(self, name, value=value)
