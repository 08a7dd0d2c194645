"""The event bus, with an archive from which what was announced can be announced again."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_events as events
from constructs import Construct

from infra_cdk.config import StageConfig


class Bus(events.EventBus):
    """Keeps every event of this account on it for `archive_days`."""

    def __init__(self, scope: Construct, *, config: StageConfig) -> None:
        super().__init__(
            scope,
            "Bus",
            event_bus_name=config.bus_name,
            description=f"Lab-Verse {config.stage}: what happened",
        )
        self.archive(
            "Archive",
            archive_name=f"labverse-{config.stage}",
            description="Replay from here when a consumer was wrong: aws events start-replay",
            event_pattern=events.EventPattern(account=[Aws.ACCOUNT_ID]),
            retention=Duration.days(config.archive_days),
        )
