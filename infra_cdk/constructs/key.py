"""The one customer-managed key of a stage, and who may use it besides the account's own roles."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra_cdk.config import StageConfig
from infra_cdk.constructs.table import removal


class StageKey(kms.Key):
    """Encrypts tables, secrets and the alarms' topic; rotates itself every year."""

    def __init__(self, scope: Construct, *, config: StageConfig) -> None:
        super().__init__(
            scope,
            "Key",
            alias=f"labverse-{config.stage}",
            description=f"Lab-Verse {config.stage}: data at rest",
            enable_key_rotation=True,
            removal_policy=removal(config),
        )
        self.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsReachTheTopic",
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                # In a key's policy this means the key itself, and nothing else can be written.
                resources=["*"],
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
