"""An alarm that tells somebody: the topic is not optional."""

from aws_cdk import Aws
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk.aws_cloudwatch_actions import SnsAction
from aws_cdk.aws_kms import IKey
from constructs import Construct

from infra_cdk.config import StageConfig


class AlarmTopic(sns.Topic):
    """Every alarm of a stage goes here, on every target; `alarm_email` in config reads along."""

    def __init__(self, scope: Construct, *, config: StageConfig, key: IKey) -> None:
        super().__init__(
            scope,
            "Alarms",
            topic_name=f"labverse-{config.stage}-alarms",
            master_key=key,
            enforce_ssl=True,
        )
        # A topic with a policy of its own loses the default one, which let alarms in.
        self.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsOfThisAccount",
                actions=["sns:Publish"],
                resources=[self.topic_arn],
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        if config.alarm_email:
            self.add_subscription(subscriptions.EmailSubscription(config.alarm_email))


class Alarm(cloudwatch.Alarm):
    """At or above `threshold` in one period; says so when it begins and when it ends."""

    def __init__(  # noqa: PLR0913 - what an alarm cannot be without
        self,
        scope: Construct,
        id_: str,
        *,
        metric: cloudwatch.IMetric,
        threshold: float,
        topic: sns.ITopic,
        name: str,
        description: str,
    ) -> None:
        super().__init__(
            scope,
            id_,
            metric=metric,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_name=name,
            alarm_description=description,
        )
        self.add_alarm_action(SnsAction(topic))
        self.add_ok_action(SnsAction(topic))
