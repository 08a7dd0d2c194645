"""The bucket for what is too large for a table or a workflow's state."""

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra_cdk.config import StageConfig
from infra_cdk.constructs.table import removal

# Longer than any workflow runs; what must stay is written elsewhere by then.
_KEPT = Duration.days(30)
_OLD = Duration.days(7)


class DataBucket(s3.Bucket):
    """Private, encrypted, versioned; objects go after a month."""

    def __init__(self, scope: Construct, *, config: StageConfig, key: kms.IKey) -> None:
        super().__init__(
            scope,
            "DataBucket",
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            # One call of KMS for many objects.
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="Passing",
                    expiration=_KEPT,
                    noncurrent_version_expiration=_OLD,
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                )
            ],
            removal_policy=removal(config),
        )
