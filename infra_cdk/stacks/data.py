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
        url = cdk.CfnParameter(
            self,
            "LocalModelUrl",
            default="none",
            description="OpenAI-compatible base URL of a local model (http://host:11434/v1)",
        )
        model = cdk.CfnParameter(
            self, "LocalModelName", default="qwen2:7b", description="The model to ask there"
        )
        base_url = cdk.CfnParameter(
            self,
            "ProviderBaseUrl",
            default="none",
            description="Where stand-ins for all providers answer, if they are stood in for",
        )
        secret = secretsmanager.Secret(
            self,
            "ProviderKeys",
            secret_name=f"labverse/{config.stage}/provider-keys",
            description="Keys of AI providers: a JSON object by provider name",
            # No key yet. Whoever has one sets it later; deploying again does not touch it.
            secret_string_value=cdk.SecretValue.unsafe_plain_text("{}"),
            removal_policy=removal(config),
        )
        shared = {
            "keys-table": keys.table_name,
            "event-bus": bus.event_bus_name,
            "local-model-url": url.value_as_string,
            "local-model-name": model.value_as_string,
            "provider-base-url": base_url.value_as_string,
            "provider-keys-secret": secret.secret_arn,
        }
        for name, value in shared.items():
            share.publish(self, stage=config.stage, name=name, value=value)
