"""A Lambda function of a capability, with the defaults every one shares."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from constructs import Construct

from infra_cdk.config import ROOT
from infra_cdk.constructs.alarm import Alarm
from infra_cdk.constructs.foundation import Foundation
from infra_cdk.constructs.logs import LogGroup
from infra_cdk.constructs.target import RUNTIME
from labverse.platform.settings import Settings

FUNCTIONS = ROOT / "functions"
# A second under the HTTP API's own limit, so that the answer is still ours.
_TIMEOUT = Duration.seconds(29)
# An alarm at this share of the time-out comes before callers see it.
_SLOW = 0.9
_PERIOD = Duration.minutes(5)


@dataclass(frozen=True)
class Traits:
    """What a function is beyond the defaults. `spends`: a runaway of it could cost money."""

    cold_budget: bool = False
    """Somebody waits for its first answer: started from a snapshot, and without a tracing SDK."""
    spends: bool = False
    asynchronous: bool = False
    """Nobody waits for its answer: what it cannot do goes to the dead letters."""
    layers: tuple[str, ...] = ()
    """Wheels that it imports beyond what every function has."""


class CapabilityFunction(lambda_.Function):
    """`functions/<capability>/handler.py`, exported callable `entry`; call it through `live`."""

    def __init__(  # noqa: PLR0913 - keyword-only, each of them a decision
        self,
        scope: Construct,
        *,
        capability: str,
        entry: str,
        settings: Settings,
        foundation: Foundation,
        traits: Traits = Traits(),
    ) -> None:
        stage = foundation.config.stage
        name = f"labverse-{stage}-{capability}-{entry.replace('_', '-')}"
        id_ = "".join(word.capitalize() for word in entry.split("_"))
        logs = LogGroup(scope, f"{id_}Logs", name=f"/aws/lambda/{name}", config=foundation.config)
        super().__init__(
            scope,
            id_,
            function_name=name,
            description=f"Lab-Verse {stage}: {capability}, {entry}",
            code=_code(capability),
            handler=f"handler.{entry}",
            environment=settings.as_environment(),
            role=_role(scope, id_, logs),
            log_group=logs,
            **_defaults(foundation),
            **_of(traits, foundation),
        )
        self.live = self._published(traits, foundation)
        self._alarms(foundation, name)

    def _published(self, traits: Traits, foundation: Foundation) -> lambda_.Alias:
        """A snapshot belongs to a version, so everybody calls the version that `live` names."""
        failed = _on_failure(foundation) if traits.asynchronous else {}
        return lambda_.Alias(
            self, "Live", alias_name="live", version=self.current_version, **failed
        )

    def _alarms(self, foundation: Foundation, name: str) -> None:
        for kind, metric, threshold, what in (
            ("errors", self.metric_errors(period=_PERIOD), 1, "it raised: read its log group"),
            ("throttles", self.metric_throttles(period=_PERIOD), 1, "calls were turned away"),
            ("duration", self._slowest(), _SLOW * _TIMEOUT.to_milliseconds(), "close to its limit"),
        ):
            Alarm(
                self,
                f"{kind.capitalize()}Alarm",
                metric=metric,
                threshold=threshold,
                topic=foundation.alarms,
                name=f"{name}-{kind}",
                description=f"{name}: {what}",
            )

    def _slowest(self) -> cloudwatch.Metric:
        return self.metric_duration(period=_PERIOD, statistic="max")


def _code(capability: str) -> lambda_.Code:
    return lambda_.Code.from_asset(str(FUNCTIONS / capability), exclude=["__pycache__", "*.pyc"])


def _defaults(foundation: Foundation) -> dict[str, Any]:
    """What no function differs in."""
    return {
        "runtime": RUNTIME,
        "architecture": foundation.target.architecture,
        "timeout": _TIMEOUT,
        "memory_size": foundation.config.function_memory_mib,
        "logging_format": lambda_.LoggingFormat.JSON,
        "tracing": lambda_.Tracing.ACTIVE,
    }


def _of(traits: Traits, foundation: Foundation) -> dict[str, Any]:
    """What a function's traits mean for it."""
    cold = traits.cold_budget
    layers = [*foundation.layers, *(foundation.more_layers[name] for name in traits.layers)]
    reserved = foundation.config.reserved_concurrency if traits.spends else None
    return {
        "snap_start": lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if cold else None,
        "layers": layers if cold else [*layers, foundation.tracing_layer],
        "reserved_concurrent_executions": reserved,
    }


def _on_failure(foundation: Foundation) -> dict[str, Any]:
    """After Lambda's own two retries the event lands, with whose it was, in the dead letters."""
    return {
        "on_failure": destinations.SqsDestination(foundation.dead_letters),
        "retry_attempts": 2,
        "max_event_age": Duration.hours(1),
    }


def _role(scope: Construct, id_: str, log_group: LogGroup) -> iam.Role:
    """Not with the managed policy CDK would attach: that may write to every log group there is."""
    role = iam.Role(scope, f"{id_}Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    log_group.grant_write(role)
    return role
