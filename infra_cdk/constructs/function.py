"""A Lambda function of a capability, with the defaults every one shares."""

from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra_cdk.config import ROOT, StageConfig
from infra_cdk.constructs.target import Target
from labverse.platform.settings import Settings

FUNCTIONS = ROOT / "functions"


@dataclass(frozen=True)
class Runner:
    """What every function of one deployment runs on."""

    config: StageConfig
    target: Target
    layers: tuple[lambda_.ILayerVersion, ...]


class CapabilityFunction(lambda_.Function):
    """`functions/<capability>/handler.py`, exported callable `entry`."""

    def __init__(
        self,
        scope: Construct,
        *,
        capability: str,
        entry: str,
        settings: Settings,
        runner: Runner,
    ) -> None:
        name = f"labverse-{runner.config.stage}-{capability}-{entry.replace('_', '-')}"
        id_ = "".join(word.capitalize() for word in entry.split("_"))
        log_group = logs.LogGroup(
            scope,
            f"{id_}Logs",
            log_group_name=f"/aws/lambda/{name}",
            retention=_retention(runner.config.log_retention_days),
            removal_policy=RemovalPolicy.DESTROY,
        )
        # Not the managed policy CDK would attach: that one may write to every log group there is.
        role = iam.Role(
            scope, f"{id_}Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com")
        )
        log_group.grant_write(role)
        super().__init__(
            scope,
            id_,
            function_name=name,
            runtime=runner.target.runtime,
            architecture=runner.target.architecture,
            code=lambda_.Code.from_asset(
                str(FUNCTIONS / capability), exclude=["__pycache__", "*.pyc"]
            ),
            handler=f"handler.{entry}",
            environment=settings.as_environment(),
            layers=list(runner.layers),
            role=role,
            # A second under the HTTP API's own limit, so that the answer is still ours.
            timeout=Duration.seconds(29),
            memory_size=runner.config.function_memory_mib,
            logging_format=lambda_.LoggingFormat.JSON,
            log_group=log_group,
        )


def _retention(days: int) -> logs.RetentionDays:
    """CDK's name for a retention. Raises ValueError where CloudWatch has no such one."""
    for choice in logs.RetentionDays:
        if choice.name == {30: "ONE_MONTH", 7: "ONE_WEEK", 365: "ONE_YEAR"}.get(days):
            return choice
    raise ValueError(f"log_retention_days is {days}; use 7, 30 or 365")
