"""What every capability of one deployment stands on."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from infra_cdk.config import StageConfig
from infra_cdk.constructs.table import TODO
from infra_cdk.constructs.target import Target


@dataclass(frozen=True)
class Foundation:
    """Built once by the service stack; URLs are `none` where there is no such server."""

    config: StageConfig
    target: Target
    layers: tuple[lambda_.ILayerVersion, ...]
    tracing_layer: lambda_.ILayerVersion
    more_layers: Mapping[str, lambda_.ILayerVersion]
    """Wheels that few functions import, by name (`Traits.layers`)."""
    api: apigw.HttpApi
    bus: events.IEventBus
    key: kms.IKey
    alarms: sns.ITopic
    dead_letters: sqs.IQueue
    keys: dynamodb.ITable
    ledger: dynamodb.ITable
    key_pepper: secretsmanager.ISecret
    answers: dynamodb.ITable
    capacity: dynamodb.ITable
    approvals: dynamodb.ITable
    deals: dynamodb.ITable
    revenue: dynamodb.ITable
    decisions: dynamodb.ITable
    segments: dynamodb.ITable
    data: s3.IBucket
    model_url: str
    model_name: str
    model_api: str
    provider_base_url: str
    provider_keys: secretsmanager.ISecret
    slack: secretsmanager.ISecret

    def common(self, capability: str) -> dict[str, str]:
        """The variables that the functions of every capability have."""
        return {
            "STAGE": self.config.stage,
            "POWERTOOLS_SERVICE_NAME": capability,
            "POWERTOOLS_LOG_LEVEL": self.config.log_level,
        }

    def let_read_items(
        self, function: iam.IGrantable, table: dynamodb.ITable, *actions: str
    ) -> None:
        """Allow `actions` on the table's items, and to decrypt them."""
        table.grant(function, *actions)
        self.key.grant(function, "kms:Decrypt")

    def let_write_items(
        self, function: iam.IGrantable, table: dynamodb.ITable, *actions: str
    ) -> None:
        """Allow `actions` on the table's items, and to encrypt and decrypt them."""
        table.grant(function, *actions)
        self.key.grant(function, "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey")

    def let_query_todo(self, function: iam.IGrantable, table: dynamodb.ITable) -> None:
        """Allow to list what is not done yet (`Shape.todo`), and to decrypt it."""
        iam.Grant.add_to_principal(
            grantee=function,
            actions=["dynamodb:Query"],
            resource_arns=[f"{table.table_arn}/index/{TODO}"],
        )
        self.key.grant(function, "kms:Decrypt")

    def let_read_objects(self, function: iam.IGrantable, folder: str) -> None:
        """Allow to read objects under `folder/` of the data bucket, and to decrypt them."""
        self._let(function, "s3:GetObject", folder)
        self.key.grant(function, "kms:Decrypt")

    def let_write_objects(self, function: iam.IGrantable, folder: str) -> None:
        """Allow to put objects under `folder/` of the data bucket, and to encrypt them."""
        self._let(function, "s3:PutObject", folder)
        self.key.grant(function, "kms:Decrypt", "kms:GenerateDataKey")

    def _let(self, function: iam.IGrantable, action: str, folder: str) -> None:
        objects = self.data.arn_for_objects(f"{folder}/*")
        iam.Grant.add_to_principal(grantee=function, actions=[action], resource_arns=[objects])

    def let_check_keys(self, function: iam.IGrantable) -> None:
        """Allow to look up an API key, and to read the pepper that its record is sealed with."""
        self.let_read_items(function, self.keys, "dynamodb:GetItem")
        self.let_read_secret(function, self.key_pepper)

    def let_repeat(self, function: iam.IGrantable) -> None:
        """Allow to remember writes that carry an Idempotency-Key, and what was answered to them."""
        verbs = ("PutItem", "UpdateItem", "DeleteItem")
        actions = (f"dynamodb:{verb}" for verb in verbs)
        self.let_write_items(function, self.answers, *actions)

    def let_read_secret(self, function: iam.IGrantable, secret: secretsmanager.ISecret) -> None:
        """Allow to read the secret's value, and nothing else of it."""
        iam.Grant.add_to_principal(
            grantee=function,
            actions=["secretsmanager:GetSecretValue"],
            resource_arns=[secret.secret_arn],
        )
        self.key.grant(function, "kms:Decrypt")

    def let_announce(self, function: iam.IGrantable) -> None:
        """Allow to put events on the bus; what it does not take is kept in the dead letters."""
        self.bus.grant_put_events_to(function)
        self.let_bury(function)

    def let_bury(self, function: iam.IGrantable) -> None:
        """Allow to send what could not be handled to the dead letters."""
        self.dead_letters.grant(function, "sqs:GetQueueUrl", "sqs:SendMessage")
