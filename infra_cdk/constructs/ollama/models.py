"""The file system that keeps the models: pulled once, read at each start of a task."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_efs as efs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra_cdk.constructs.ollama.network import Network

UID = 1000
VOLUME = "models"


class Models(Construct):
    """A cache, and no more: what is lost is pulled again, so it goes with its stack.

    Bursting throughput: 5 GB stored earn 250 KiB/s of credits, 21 GB a day, and reads count a
    third; a start reads 4.4 GB, so fourteen starts a day are earned beside the 2.1 TB that a new
    file system has. Elastic would cost 0.13 USD for each start and save some ten seconds of it.
    """

    def __init__(
        self, scope: Construct, *, name: str, network: Network, key: kms.IKey, reader: iam.IRole
    ) -> None:
        super().__init__(scope, "Models")
        self._files = efs.FileSystem(
            self,
            "Files",
            vpc=network.vpc,
            file_system_name=name,
            security_group=network.file_group,
            encrypted=True,
            kms_key=key,
            throughput_mode=efs.ThroughputMode.BURSTING,
            # A model that nobody started for a month costs a twelfth, until somebody does.
            lifecycle_policy=efs.LifecyclePolicy.AFTER_30_DAYS,
            out_of_infrequent_access_policy=efs.OutOfInfrequentAccessPolicy.AFTER_1_ACCESS,
            file_system_policy=_only(reader),
            enable_automatic_backups=False,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self._point = self._files.add_access_point(
            "Point",
            path="/models",
            posix_user=efs.PosixUser(uid=str(UID), gid=str(UID)),
            create_acl=efs.Acl(owner_uid=str(UID), owner_gid=str(UID), permissions="0700"),
        )

        self.mounted = self._files.mount_targets_available
        """What must be there before a task starts."""

    def volume(self) -> ecs.EfsVolumeConfiguration:
        """Mounted over TLS as the task's role, through the access point."""
        return ecs.EfsVolumeConfiguration(
            file_system_id=self._files.file_system_id,
            transit_encryption="ENABLED",
            authorization_config=ecs.AuthorizationConfig(
                access_point_id=self._point.access_point_id, iam="ENABLED"
            ),
        )


def _only(reader: iam.IRole) -> iam.PolicyDocument:
    """With a policy, nobody mounts it without saying who they are; and this is who may."""
    return iam.PolicyDocument(
        statements=[
            iam.PolicyStatement(
                sid="TasksPullAndRead",
                actions=["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
                principals=[iam.ArnPrincipal(reader.role_arn)],
                conditions={"Bool": {"aws:SecureTransport": "true"}},
            )
        ]
    )
