"""observe: health, the API's document and page, and the API's default route."""

from collections.abc import Mapping

from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra_cdk.constructs.api import DEFAULT, add_routes
from infra_cdk.constructs.function import CapabilityFunction, Runner
from labverse.observe.settings import ObserveSettings


class Observe(Construct):
    """One function that answers what everybody may ask."""

    def __init__(
        self,
        scope: Construct,
        *,
        runner: Runner,
        api: apigw.HttpApi,
        keys: dynamodb.ITable,
        model: Mapping[str, str],
    ) -> None:
        super().__init__(scope, "Observe")
        settings = ObserveSettings(
            STAGE=runner.config.stage,
            POWERTOOLS_SERVICE_NAME="observe",
            POWERTOOLS_LOG_LEVEL=runner.config.log_level,
            KEYS_TABLE=keys.table_name,
            LOCAL_MODEL_URL=model["LOCAL_MODEL_URL"],
            LOCAL_MODEL=model["LOCAL_MODEL"],
        )
        http = CapabilityFunction(
            self, capability="observe", entry="http", settings=settings, runner=runner
        )
        keys.grant(http, "dynamodb:GetItem")
        routes = ["GET /health", "GET /docs", "GET /openapi.json", DEFAULT]
        add_routes(api=api, function=http, routes=routes)
