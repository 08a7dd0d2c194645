"""What every capability of one deployment stands on."""

from dataclasses import dataclass

from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager

from infra_cdk.config import StageConfig
from infra_cdk.constructs.target import Target


@dataclass(frozen=True)
class Foundation:
    """Built once by the service stack; URLs are `none` where there is no such server."""

    config: StageConfig
    target: Target
    layers: tuple[lambda_.ILayerVersion, ...]
    api: apigw.HttpApi
    bus: events.IEventBus
    keys: dynamodb.ITable
    model_url: str
    model_name: str
    provider_base_url: str
    provider_keys: secretsmanager.ISecret

    def common(self, capability: str) -> dict[str, str]:
        """The variables that the functions of every capability have."""
        return {
            "STAGE": self.config.stage,
            "POWERTOOLS_SERVICE_NAME": capability,
            "POWERTOOLS_LOG_LEVEL": self.config.log_level,
        }
