"""What survives: tables, the event bus, and facts that other stacks read."""

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra_cdk.config import StageConfig
from infra_cdk.constructs import share
from infra_cdk.constructs.table import Table, removal


class DataStack(cdk.Stack):
    """Deployed first, destroyed last."""

    def __init__(self, scope: Construct, id_: str, *, config: StageConfig) -> None:
        super().__init__(scope, id_, description="Lab-Verse: data that outlives a deployment")
        keys = Table(self, "Keys", config=config, partition_key="key_id")
        bus = events.EventBus(self, "Bus", event_bus_name=config.bus_name)
        secret = _provider_keys(self, config)
        shared = {
            "keys-table": keys.table_name,
            "event-bus": bus.event_bus_name,
            **_parameters(self),
            "provider-keys-secret": secret.secret_arn,
        }
        for name, value in shared.items():
            share.publish(self, stage=config.stage, name=name, value=value)


def _provider_keys(scope: Construct, config: StageConfig) -> secretsmanager.Secret:
    """Empty at first: whoever has a key sets it later, and deploying again does not touch it."""
    return secretsmanager.Secret(
        scope,
        "ProviderKeys",
        secret_name=f"labverse/{config.stage}/provider-keys",
        description="Keys of AI providers: a JSON object by provider name",
        secret_string_value=cdk.SecretValue.unsafe_plain_text("{}"),
        removal_policy=removal(config),
    )


def _parameters(scope: Construct) -> dict[str, str]:
    """What whoever deploys may say about the servers there are: name, value."""
    questions = {
        "LocalModelUrl": ("none", "OpenAI-compatible base URL of a local model (…:11434/v1)"),
        "LocalModelName": ("qwen2:7b", "The model to ask there"),
        "ProviderBaseUrl": ("none", "Where stand-ins for all providers answer, if any do"),
    }
    names = ("local-model-url", "local-model-name", "provider-base-url")
    return {
        name: cdk.CfnParameter(scope, id_, default=default, description=text).value_as_string
        for name, (id_, (default, text)) in zip(names, questions.items(), strict=True)
    }
