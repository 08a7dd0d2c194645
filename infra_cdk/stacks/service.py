"""Everything that can be thrown away and deployed again."""

from datetime import date

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra_cdk import lifetimes
from infra_cdk.capabilities.approve import Approve
from infra_cdk.capabilities.guard import Guard
from infra_cdk.capabilities.negotiate import Negotiate
from infra_cdk.capabilities.observe import Observe
from infra_cdk.capabilities.revenue import Revenue
from infra_cdk.capabilities.route import Route
from infra_cdk.capabilities.upsell import Upsell
from infra_cdk.config import StageConfig
from infra_cdk.constructs import layer, share
from infra_cdk.constructs.api import Api
from infra_cdk.constructs.foundation import Foundation
from infra_cdk.constructs.target import Target

_SHARED = (
    "alarms-topic",
    "answers-table",
    "approvals-table",
    "capacity-table",
    "data-bucket",
    "data-key",
    "dead-letters",
    "deals-table",
    "decisions-table",
    "event-bus",
    "key-pepper-secret",
    "keys-table",
    "ledger-table",
    "local-model-api",
    "local-model-name",
    "local-model-url",
    "provider-base-url",
    "provider-keys-secret",
    "revenue-stream",
    "revenue-table",
    "segments-table",
    "slack-secret",
)
_TABLES = (
    "keys",
    "ledger",
    "answers",
    "capacity",
    "approvals",
    "deals",
    "decisions",
    "segments",
)
_LAYERS = ("solver",)


class ServiceStack(cdk.Stack):
    """The API, its functions and workflows; holds no state."""

    def __init__(
        self, scope: Construct, id_: str, *, config: StageConfig, target: Target, today: date
    ) -> None:
        super().__init__(
            scope,
            id_,
            description="Lab-Verse: the API, functions and workflows",
            env=cdk.Environment(region=config.region),
        )
        lifetimes.warn(self, layer.route_config(), today)
        names = {name: share.read(self, stage=config.stage, name=name) for name in _SHARED}
        api = Api(self, config=config)
        foundation = _foundation(self, config, target, names, api)
        # Before the workflows that ask people: they are given its function.
        approve = Approve(self, foundation=foundation)
        route = Route(self, foundation=foundation)
        negotiate = Negotiate(self, foundation=foundation, ask=approve.ask, phrase=route.task)
        approve.serves(negotiate.workflow)
        for capability in (Observe, Guard, Revenue, Upsell):
            capability(self, foundation=foundation)
        outputs = {
            "ApiUrl": api.address,
            "ApiId": api.api_id,
            "KeysTable": names["keys-table"],
            "EventBusName": names["event-bus"],
            "RouteWorkflowArn": route.workflow.state_machine_arn,
            "NegotiateWorkflowArn": negotiate.workflow.state_machine_arn,
        }
        _tell(self, config, api, outputs)


def _tell(scope: Construct, config: StageConfig, api: Api, outputs: dict[str, str]) -> None:
    """What whoever deployed, and other stacks, want to know."""
    share.publish(scope, stage=config.stage, name="api-url", value=api.address)
    host = cdk.Fn.select(2, cdk.Fn.split("/", api.address))
    share.publish(scope, stage=config.stage, name="api-host", value=host)
    for name, value in outputs.items():
        cdk.CfnOutput(scope, name, value=value)


def _foundation(
    scope: Construct, config: StageConfig, target: Target, names: dict[str, str], api: Api
) -> Foundation:
    key = kms.Key.from_key_arn(scope, "Key", names["data-key"])
    return Foundation(
        config=config,
        target=target,
        layers=(
            layer.shared(scope, stage=config, target=target),
            layer.wheels(scope, name="deps", target=target),
        ),
        tracing_layer=layer.wheels(scope, name="tracing", target=target),
        more_layers={name: layer.wheels(scope, name=name, target=target) for name in _LAYERS},
        api=api,
        bus=events.EventBus.from_event_bus_name(scope, "Bus", names["event-bus"]),
        key=key,
        alarms=sns.Topic.from_topic_arn(scope, "Alarms", names["alarms-topic"]),
        dead_letters=sqs.Queue.from_queue_arn(scope, "DeadLetters", names["dead-letters"]),
        data=s3.Bucket.from_bucket_name(scope, "Data", names["data-bucket"]),
        model_url=names["local-model-url"],
        model_name=names["local-model-name"],
        model_api=names["local-model-api"],
        provider_base_url=names["provider-base-url"],
        key_pepper=_secret(scope, "KeyPepper", names["key-pepper-secret"], key),
        revenue=_streaming(scope, "RevenueTable", names["revenue-table"], names["revenue-stream"]),
        provider_keys=_secret(scope, "ProviderKeys", names["provider-keys-secret"], key),
        slack=_secret(scope, "Slack", names["slack-secret"], key),
        **{name: _table(scope, name.capitalize(), names[f"{name}-table"], key) for name in _TABLES},
    )


def _table(scope: Construct, id_: str, name: str, key: kms.IKey) -> dynamodb.ITable:
    """A table of the data stack; a grant on it is a grant on its key too."""
    return dynamodb.Table.from_table_attributes(scope, id_, table_name=name, encryption_key=key)


def _streaming(scope: Construct, id_: str, name: str, stream: str) -> dynamodb.ITable:
    """A table of the data stack that a function follows."""
    return dynamodb.Table.from_table_attributes(
        scope, id_, table_name=name, table_stream_arn=stream
    )


def _secret(scope: Construct, id_: str, arn: str, key: kms.IKey) -> secretsmanager.ISecret:
    """A secret of the data stack, with its key."""
    return secretsmanager.Secret.from_secret_attributes(
        scope, id_, secret_complete_arn=arn, encryption_key=key
    )
