"""A DynamoDB table with the defaults every one shares."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra_cdk.config import StageConfig

EXPIRES = "expires_at"
"""The attribute by which an item goes: epoch seconds. Items without it stay."""


class Table(dynamodb.Table):
    """On demand, encrypted with the stage's key, recoverable to any second of the last 35 days."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: StageConfig,
        key: kms.IKey,
        partition_key: str,
    ) -> None:
        super().__init__(
            scope,
            id_,
            table_name=f"labverse-{config.stage}-{id_.lower()}",
            partition_key=dynamodb.Attribute(
                name=partition_key, type=dynamodb.AttributeType.STRING
            ),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute=EXPIRES,
            deletion_protection=config.retain_data,
            removal_policy=removal(config),
        )


def removal(config: StageConfig) -> RemovalPolicy:
    """What becomes of data when its stack is destroyed."""
    return RemovalPolicy.RETAIN if config.retain_data else RemovalPolicy.DESTROY
