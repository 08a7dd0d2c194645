"""guard: one function that rotates the secrets, their schedules, and the age of provider keys."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra_cdk.constructs import share
from infra_cdk.constructs.alarm import Alarm
from infra_cdk.constructs.foundation import Foundation
from infra_cdk.constructs.function import CapabilityFunction, Traits
from labverse.guard.settings import GuardSettings

_EVERY = "rate(24 hours)"


class Guard(Construct):
    """The only function that may write these secrets, and the only one that reads admin keys."""

    def __init__(self, scope: Construct, *, foundation: Foundation) -> None:
        super().__init__(scope, "Guard")
        self._foundation, stage = foundation, foundation.config.stage
        webhook, session, admin = (
            share.read(self, stage=stage, name=f"{name}-secret")
            for name in ("webhook-signing", "session-signing", "provider-admin")
        )
        settings = GuardSettings(
            **foundation.common("guard"),
            KEYS_TABLE=foundation.keys.table_name,
            KEY_PEPPER_ARN=foundation.key_pepper.secret_arn,
            WEBHOOK_SIGNING_ARN=webhook,
            SESSION_SIGNING_ARN=session,
            PROVIDER_KEYS_ARN=foundation.provider_keys.secret_arn,
            PROVIDER_ADMIN_ARN=admin,
        )
        self.function = self._function(settings)
        rotated = {
            "KeyPepper": settings.KEY_PEPPER_ARN,
            "WebhookSigning": webhook,
            "SessionSigning": session,
            "ProviderKeys": settings.PROVIDER_KEYS_ARN,
        }
        self._grants(list(rotated.values()), admin)
        for name, arn in rotated.items():
            self._rotate(name, arn)
        self._watch_ages()

    def _function(self, settings: GuardSettings) -> CapabilityFunction:
        """Its name is shared: on the local cloud `kimi secrets rotate` calls it itself."""
        function = CapabilityFunction(
            self,
            capability="guard",
            entry="event",
            settings=settings,
            foundation=self._foundation,
            traits=Traits(asynchronous=True),
        )
        live, stage = function.live.function_arn, settings.STAGE
        share.publish(self, stage=stage, name="rotation-function", value=live)
        return function

    def _grants(self, rotated: list[str], admin: str) -> None:
        foundation, function = self._foundation, self.function
        actions = ("Scan", "GetItem", "PutItem")
        foundation.let_write_items(
            function, foundation.keys, *(f"dynamodb:{action}" for action in actions)
        )
        verbs = ("DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage")
        iam.Grant.add_to_principal(
            grantee=function,
            actions=[f"secretsmanager:{verb}" for verb in verbs],
            resource_arns=rotated,
        )
        imported = secretsmanager.Secret.from_secret_complete_arn(self, "ProviderAdmin", admin)
        foundation.let_read_secret(function, imported)

    def _rotate(self, name: str, arn: str) -> None:
        """Secrets Manager may call the function for this secret, and does so every day."""
        live, id_ = self.function.live, f"{name}Rotation"
        live.add_permission(
            id_,
            principal=iam.ServicePrincipal("secretsmanager.amazonaws.com"),
            source_account=Aws.ACCOUNT_ID,
            source_arn=arn,
        )
        schedule = secretsmanager.CfnRotationSchedule(
            self,
            f"{name}Schedule",
            secret_id=arn,
            rotation_lambda_arn=live.function_arn,
            # Not at every deployment: a day old is what the schedule promises.
            rotate_immediately_on_update=False,
            rotation_rules=secretsmanager.CfnRotationSchedule.RotationRulesProperty(
                schedule_expression=_EVERY
            ),
        )
        # Secrets Manager tries the permission when it is told of the function.
        schedule.node.add_dependency(live.node.find_child(id_))

    def _watch_ages(self) -> None:
        """Once a day; keys that no vendor lets us make are a person's to replace."""
        check = events.RuleTargetInput.from_object({"check": "provider-key-ages"})
        events.Rule(
            self,
            "Ages",
            description="Lab-Verse: how old the keys of providers are",
            schedule=events.Schedule.rate(Duration.days(1)),
            targets=[targets.LambdaFunction(self.function.live, event=check)],
        )
        config = self._foundation.config
        Alarm(
            self,
            "AgeAlarm",
            metric=cloudwatch.Metric(
                namespace="labverse",
                metric_name="OldestProviderKeyDays",
                dimensions_map={"service": "guard"},
                statistic="max",
                period=Duration.days(1),
            ),
            threshold=config.max_provider_key_age_days,
            topic=self._foundation.alarms,
            name=f"labverse-{config.stage}-provider-key-age",
            description="a provider's key is old: kimi providers set-key NAME replaces it",
        )
