"""route: `POST /api/v1/analyze`, and the workflow of the same name."""

from collections.abc import Mapping

from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from constructs import Construct

from infra_cdk.constructs.api import add_routes
from infra_cdk.constructs.function import CapabilityFunction, Runner
from infra_cdk.constructs.workflow import Workflow
from labverse.route.settings import RouteSettings


class Route(Construct):
    """Two functions over one use case, and the state machine that runs the second."""

    def __init__(
        self,
        scope: Construct,
        *,
        runner: Runner,
        api: apigw.HttpApi,
        bus: events.IEventBus,
        keys: dynamodb.ITable,
        model: Mapping[str, str],
    ) -> None:
        super().__init__(scope, "Route")
        settings = RouteSettings(
            STAGE=runner.config.stage,
            POWERTOOLS_SERVICE_NAME="route",
            POWERTOOLS_LOG_LEVEL=runner.config.log_level,
            KEYS_TABLE=keys.table_name,
            EVENT_BUS=bus.event_bus_name,
            LOCAL_MODEL_URL=model["LOCAL_MODEL_URL"],
            LOCAL_MODEL=model["LOCAL_MODEL"],
        )
        http, task = (
            CapabilityFunction(
                self, capability="route", entry=entry, settings=settings, runner=runner
            )
            for entry in ("http", "task")
        )
        keys.grant(http, "dynamodb:GetItem")
        for function in (http, task):
            bus.grant_put_events_to(function)
        add_routes(api=api, function=http, routes=["POST /api/v1/analyze"])
        self.workflow = Workflow(
            self, capability="route", config=runner.config, functions={"RouteTask": task}
        )
