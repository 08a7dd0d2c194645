"""The secrets that only the product itself writes: signing keys, and what makes provider keys."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra_cdk.config import StageConfig
from infra_cdk.constructs.table import removal

MINTED = {
    "key-pepper": "seals the records of API keys",
    "webhook-signing": "signs what we call and what calls us",
    "session-signing": "signs sessions of the dashboard",
}
_LENGTH = 64


def secrets(scope: Construct, *, config: StageConfig, key: kms.IKey) -> dict[str, str]:
    """Make them; each one's ARN by the name under which the stacks share it."""
    made = {
        name: _secret(
            scope,
            name,
            config=config,
            key=key,
            description=f"Rotated every day: {does}",
            # The first value; a rotation writes the next. Changing these lines would have
            # CloudFormation generate another one over it, and every key would be refused.
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template="{}",
                generate_string_key="first",
                password_length=_LENGTH,
                exclude_punctuation=True,
            ),
        )
        for name, does in MINTED.items()
    }
    made["provider-admin"] = _secret(
        scope,
        "provider-admin",
        config=config,
        key=key,
        description="Admin keys with which a rotation makes provider keys; {} for none",
        secret_string_value=cdk.SecretValue.unsafe_plain_text("{}"),
    )
    return {f"{name}-secret": secret.secret_arn for name, secret in made.items()}


def _secret(
    scope: Construct, name: str, *, config: StageConfig, key: kms.IKey, **value: object
) -> secretsmanager.Secret:
    id_ = "".join(word.capitalize() for word in name.split("-"))
    return secretsmanager.Secret(
        scope,
        id_,
        secret_name=f"labverse/{config.stage}/{name}",
        encryption_key=key,
        removal_policy=removal(config),
        **value,  # type: ignore[arg-type]
    )
