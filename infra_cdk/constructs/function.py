"""A Lambda function of a capability, with the defaults every one shares."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra_cdk.config import ROOT, StageConfig
from infra_cdk.constructs.foundation import Foundation
from labverse.platform.settings import Settings

FUNCTIONS = ROOT / "functions"
# A second under the HTTP API's own limit, so that the answer is still ours.
_TIMEOUT = Duration.seconds(29)


class CapabilityFunction(lambda_.Function):
    """`functions/<capability>/handler.py`, exported callable `entry`."""

    def __init__(
        self,
        scope: Construct,
        *,
        capability: str,
        entry: str,
        settings: Settings,
        foundation: Foundation,
    ) -> None:
        name = f"labverse-{foundation.config.stage}-{capability}-{entry.replace('_', '-')}"
        id_ = "".join(word.capitalize() for word in entry.split("_"))
        log_group = _log_group(scope, id_, f"/aws/lambda/{name}", foundation.config)
        super().__init__(
            scope,
            id_,
            function_name=name,
            runtime=foundation.target.runtime,
            architecture=foundation.target.architecture,
            code=lambda_.Code.from_asset(
                str(FUNCTIONS / capability), exclude=["__pycache__", "*.pyc"]
            ),
            handler=f"handler.{entry}",
            environment=settings.as_environment(),
            layers=list(foundation.layers),
            role=_role(scope, id_, log_group),
            timeout=_TIMEOUT,
            memory_size=foundation.config.function_memory_mib,
            logging_format=lambda_.LoggingFormat.JSON,
            log_group=log_group,
        )


def _log_group(scope: Construct, id_: str, name: str, config: StageConfig) -> logs.LogGroup:
    return logs.LogGroup(
        scope,
        f"{id_}Logs",
        log_group_name=name,
        retention=_retention(config.log_retention_days),
        removal_policy=RemovalPolicy.DESTROY,
    )


def _role(scope: Construct, id_: str, log_group: logs.LogGroup) -> iam.Role:
    """Not with the managed policy CDK would attach: that may write to every log group there is."""
    role = iam.Role(scope, f"{id_}Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    log_group.grant_write(role)
    return role


def _retention(days: int) -> logs.RetentionDays:
    """CDK's name for a retention. Raises ValueError where CloudWatch has no such one."""
    names = {7: "ONE_WEEK", 30: "ONE_MONTH", 90: "THREE_MONTHS", 365: "ONE_YEAR"}
    if days not in names:
        raise ValueError(f"log_retention_days is {days}; use one of {sorted(names)}")
    return logs.RetentionDays[names[days]]
