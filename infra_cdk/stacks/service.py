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
from infra_cdk.constructs.function import Runner
from infra_cdk.constructs.target import Target


class ServiceStack(cdk.Stack):
    """The API, its functions and workflows; holds no state."""

    def __init__(
        self, scope: Construct, id_: str, *, config: StageConfig, target: Target
    ) -> None:
        super().__init__(scope, id_, description="Lab-Verse: the API, functions and workflows")
        names = {
            name: share.read(self, stage=config.stage, name=name)
            for name in ("keys-table", "event-bus", "local-model-url", "local-model-name")
        }
        keys = dynamodb.Table.from_table_name(self, "Keys", names["keys-table"])
        bus = events.EventBus.from_event_bus_name(self, "Bus", names["event-bus"])
        layers = (layer.shared(self, target=target), layer.wheels(self, name="deps", target=target))
        runner = Runner(config=config, target=target, layers=layers)
        api = Api(self, stage=config.stage)
        model = {"LOCAL_MODEL_URL": names["local-model-url"], "LOCAL_MODEL": names["local-model-name"]}
        route = Route(self, runner=runner, api=api, bus=bus, keys=keys, model=model)
        Observe(self, runner=runner, api=api, keys=keys, model=model)
        outputs = {
            "ApiUrl": api.api_endpoint,
            "ApiId": api.api_id,
            "KeysTable": keys.table_name,
            "EventBusName": bus.event_bus_name,
            "RouteWorkflowArn": route.workflow.state_machine_arn,
        }
        for name, value in outputs.items():
            cdk.CfnOutput(self, name, value=value)
