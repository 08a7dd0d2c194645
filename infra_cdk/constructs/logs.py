"""Log groups that forget: nothing here logs into a group without a retention."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra_cdk.config import StageConfig

_RETENTIONS = {7: "ONE_WEEK", 30: "ONE_MONTH", 90: "THREE_MONTHS", 365: "ONE_YEAR"}


class LogGroup(logs.LogGroup):
    """Named, and kept for the stage's `log_retention_days`."""

    def __init__(self, scope: Construct, id_: str, *, name: str, config: StageConfig) -> None:
        """Raises ValueError for a retention that CloudWatch does not have."""
        days = config.log_retention_days
        if days not in _RETENTIONS:
            raise ValueError(f"log_retention_days is {days}; use one of {sorted(_RETENTIONS)}")
        super().__init__(
            scope,
            id_,
            log_group_name=name,
            retention=logs.RetentionDays[_RETENTIONS[days]],
            removal_policy=RemovalPolicy.DESTROY,
        )
