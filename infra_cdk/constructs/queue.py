"""Where events end that nobody could handle, until `kimi events replay` sends them again."""

from aws_cdk import Duration
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra_cdk.config import StageConfig
from infra_cdk.constructs.alarm import Alarm
from infra_cdk.constructs.table import removal


def dead_letters_name(stage: str) -> str:
    """The queue's name: functions find it by their stage, since they need it only in trouble."""
    return f"labverse-{stage}-dead-letters"


class DeadLetters(sqs.Queue):
    """Encrypted, kept for as long as SQS keeps anything, and alarmed from the first letter on."""

    def __init__(self, scope: Construct, *, config: StageConfig, alarms: sns.ITopic) -> None:
        super().__init__(
            scope,
            "DeadLetters",
            queue_name=dead_letters_name(config.stage),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
            # A replay that dies gives its letters back after this.
            visibility_timeout=Duration.minutes(2),
            removal_policy=removal(config),
        )
        Alarm(
            self,
            "Waiting",
            metric=self.metric_approximate_number_of_messages_visible(
                period=Duration.minutes(5), statistic="max"
            ),
            threshold=1,
            topic=alarms,
            name=f"{dead_letters_name(config.stage)}-waiting",
            description="An event could not be handled: kimi events list, then kimi events replay",
        )
