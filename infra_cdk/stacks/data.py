"""What survives: the key, tables, secrets, the event bus, dead letters, and where alarms go."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra_cdk.config import StageConfig
from infra_cdk.constructs import minted, share
from infra_cdk.constructs.alarm import AlarmTopic
from infra_cdk.constructs.bucket import DataBucket
from infra_cdk.constructs.bus import Bus
from infra_cdk.constructs.key import StageKey
from infra_cdk.constructs.ollama.images import SignedImages
from infra_cdk.constructs.queue import DeadLetters
from infra_cdk.constructs.table import Shape, Table, removal


class DataStack(cdk.Stack):
    """Deployed first, destroyed last."""

    def __init__(self, scope: Construct, id_: str, *, config: StageConfig) -> None:
        super().__init__(
            scope,
            id_,
            description="Lab-Verse: data that outlives a deployment",
            env=cdk.Environment(region=config.region),
            termination_protection=config.retain_data,
        )
        key = StageKey(self, config=config)
        SignedImages(self, config=config, key=key)
        bus = Bus(self, config=config)
        secret = _provider_keys(self, config, key)
        alarms = AlarmTopic(self, config=config, key=key)
        letters = DeadLetters(self, config=config, alarms=alarms)
        shared = {
            "data-key": key.key_arn,
            "data-bucket": DataBucket(self, config=config, key=key).bucket_name,
            **_tables(self, config, key),
            "event-bus": bus.event_bus_name,
            "alarms-topic": alarms.topic_arn,
            "dead-letters": letters.queue_arn,
            **_parameters(self),
            "provider-keys-secret": secret.secret_arn,
            "slack-secret": _slack(self, config, key).secret_arn,
            **minted.secrets(self, config=config, key=key),
        }
        for name, value in shared.items():
            share.publish(self, stage=config.stage, name=name, value=value)


def _tables(scope: Construct, config: StageConfig, key: kms.IKey) -> dict[str, str]:
    """Every table's name, by the name that it is published under, and every stream's."""
    shapes = {
        "Keys": Shape("key_id"),
        "Ledger": Shape("page"),
        "Capacity": Shape("name"),
        # What a caller had erased must not be there to be recovered.
        "Answers": Shape("key_id", sort_key="name", recoverable=False),
        "Approvals": Shape("approval_id", todo=True),
        "Deals": Shape("deal_id", todo=True),
        "Revenue": Shape("pk", sort_key="sk", stream=True),
        # What a company had erased of a customer must not be there to be recovered.
        "Decisions": Shape("id", sort_key="name", recoverable=False),
        "Segments": Shape("segment"),
    }
    tables = {
        id_.lower(): Table(scope, id_, config=config, key=key, shape=shape)
        for id_, shape in shapes.items()
    }
    streams = {f"{name}-stream": table.table_stream_arn for name, table in tables.items()}
    return {
        **{f"{name}-table": table.table_name for name, table in tables.items()},
        **{name: arn for name, arn in streams.items() if arn is not None},
    }


def _provider_keys(scope: Construct, config: StageConfig, key: kms.IKey) -> secretsmanager.Secret:
    what = "Keys of AI providers: a JSON object by provider name"
    return _to_fill(
        scope, "ProviderKeys", f"labverse/{config.stage}/provider-keys", what, (config, key)
    )


def _slack(scope: Construct, config: StageConfig, key: kms.IKey) -> secretsmanager.Secret:
    """Without a token alerts are logged, and posted nowhere."""
    what = "What we may do in Slack: a JSON object with bot_token and signing_secret"
    return _to_fill(scope, "Slack", f"labverse/{config.stage}/slack", what, (config, key))


def _to_fill(
    scope: Construct, id_: str, name: str, what: str, of: tuple[StageConfig, kms.IKey]
) -> secretsmanager.Secret:
    """Empty at first: whoever has it sets it later, and deploying again does not touch it."""
    config, key = of
    return secretsmanager.Secret(
        scope,
        id_,
        secret_name=name,
        description=what,
        secret_string_value=cdk.SecretValue.unsafe_plain_text("{}"),
        encryption_key=key,
        removal_policy=removal(config),
    )


def _parameters(scope: Construct) -> dict[str, str]:
    """What whoever deploys may say about the servers there are: name, value."""
    questions = {
        "ProviderBaseUrl": ("none", "Where stand-ins for all providers answer, if any do"),
    }
    names = ("provider-base-url",)
    return {
        name: cdk.CfnParameter(scope, id_, default=default, description=text).value_as_string
        for name, (id_, (default, text)) in zip(names, questions.items(), strict=True)
    }
