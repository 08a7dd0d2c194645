"""A DynamoDB table with the defaults every one shares."""

from dataclasses import dataclass

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra_cdk.config import StageConfig

EXPIRES = "expires_at"
"""The attribute by which an item goes: epoch seconds. Items without it stay."""


TODO, DUE = "todo", "due"
"""The index of what is not done yet, by when it is due (epoch seconds): an item that has neither
attribute is not in it, so it stays as small as the work that is open."""


@dataclass(frozen=True)
class Shape:
    """What a table's items are found by. `recoverable`: what was deleted can be brought back."""

    partition_key: str
    sort_key: str | None = None
    recoverable: bool = True
    todo: bool = False
    """Whether what is not done yet has an index."""
    stream: bool = False
    """Whether a function can follow what is written."""


class Table(dynamodb.Table):
    """On demand, encrypted with the stage's key, recoverable to any second of the last 35 days."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: StageConfig,
        key: kms.IKey,
        shape: Shape,
    ) -> None:
        super().__init__(
            scope,
            id_,
            table_name=f"labverse-{config.stage}-{id_.lower()}",
            partition_key=_text(shape.partition_key),
            sort_key=_text(shape.sort_key) if shape.sort_key else None,
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=shape.recoverable
            ),
            time_to_live_attribute=EXPIRES,
            stream=dynamodb.StreamViewType.NEW_IMAGE if shape.stream else None,
            deletion_protection=config.retain_data,
            removal_policy=removal(config),
        )
        if shape.todo:
            self._index_todo()

    def _index_todo(self) -> None:
        self.add_global_secondary_index(
            index_name=TODO,
            partition_key=_text(TODO),
            sort_key=dynamodb.Attribute(name=DUE, type=dynamodb.AttributeType.NUMBER),
        )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)


def removal(config: StageConfig) -> RemovalPolicy:
    """What becomes of data when its stack is destroyed."""
    return RemovalPolicy.RETAIN if config.retain_data else RemovalPolicy.DESTROY
