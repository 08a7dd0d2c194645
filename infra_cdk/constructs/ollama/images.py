"""Where the image of the local model lies: signed when it is pushed, and never another one."""

from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_kms as kms
from aws_cdk import aws_signer as signer
from constructs import Construct

from infra_cdk.config import StageConfig
from infra_cdk.config_fallback import repository
from infra_cdk.constructs.table import removal

_KEPT = 3


class SignedImages(ecr.Repository):
    """A tag names one image for ever; the registry signs each with the stage's profile."""

    def __init__(self, scope: Construct, *, config: StageConfig, key: kms.IKey) -> None:
        name = repository(config.stage)
        super().__init__(
            scope,
            "Images",
            repository_name=name,
            image_tag_mutability=ecr.TagMutability.IMMUTABLE,
            image_scan_on_push=True,
            encryption=ecr.RepositoryEncryption.KMS,
            encryption_key=key,
            # Signatures have no tag and go with their image.
            lifecycle_rules=[ecr.LifecycleRule(tag_pattern_list=["*"], max_image_count=_KEPT)],
            removal_policy=removal(config),
            empty_on_delete=False,
        )
        if config.fallback.sign_images:
            _sign(self, name, f"labverse_{config.stage}_images")


def _sign(scope: Construct, repository_name: str, profile_name: str) -> None:
    profile = signer.SigningProfile(
        scope,
        "Profile",
        platform=signer.Platform.NOTATION_OCI_SHA384_ECDSA,
        signing_profile_name=profile_name,
    )
    images = ecr.CfnSigningConfiguration.RepositoryFilterProperty(
        filter=repository_name, filter_type="WILDCARD_MATCH"
    )
    rule = ecr.CfnSigningConfiguration.RuleProperty(
        signing_profile_arn=profile.signing_profile_arn, repository_filters=[images]
    )
    ecr.CfnSigningConfiguration(scope, "Signing", rules=[rule])
