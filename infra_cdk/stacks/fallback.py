"""Ollama: the model that answers when no other may or can."""

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra_cdk.config import StageConfig
from infra_cdk.config_fallback import repository
from infra_cdk.constructs import share
from infra_cdk.constructs.ollama.network import Network
from infra_cdk.constructs.ollama.private_api import PrivateApi
from infra_cdk.constructs.ollama.service import Ollama

OURS = "private-api"


class FallbackStack(cdk.Stack):
    """Holds nothing that cannot be pulled again. Tells the other stacks where a local model is."""

    def __init__(self, scope: Construct, id_: str, *, config: StageConfig) -> None:
        super().__init__(
            scope,
            id_,
            description="Lab-Verse: the local model, and the private way to it",
            env=cdk.Environment(region=config.region),
        )
        network = Network(self, name=f"labverse-{config.stage}-fallback")
        key = kms.Key.from_key_arn(
            self, "Key", share.read(self, stage=config.stage, name="data-key")
        )
        image = _image(self, config)
        ollama = Ollama(self, config=config, network=network, key=key, image=image)
        api = PrivateApi(self, config=config, network=network, found_at=ollama.found_at)
        shared = {**_local_model(self, config, api.url), "local-model-api": api.api_id}
        for name, value in shared.items():
            share.publish(self, stage=config.stage, name=name, value=value)


def _image(scope: Construct, config: StageConfig) -> ecs.ContainerImage:
    """Out of this account's registry, which signs what is pushed and keeps a tag as it is."""
    name = repository(config.stage)
    images = ecr.Repository.from_repository_name(scope, "Images", name)
    return ecs.ContainerImage.from_ecr_repository(images, config.fallback.image_tag)


def _local_model(stack: cdk.Stack, config: StageConfig, ours: str) -> dict[str, str]:
    """Where the local model answers, and its name: this stack's, unless who deploys says else."""
    url = cdk.CfnParameter(
        stack,
        "LocalModelUrl",
        default=OURS,
        description=f"{OURS}: this stack's; none; or an OpenAI-compatible base URL (…:11434/v1)",
    ).value_as_string
    name = cdk.CfnParameter(
        stack,
        "LocalModelName",
        default=config.fallback.served,
        description="The model to ask there",
    ).value_as_string
    is_ours = cdk.CfnCondition(
        stack, "LocalModelIsOurs", expression=cdk.Fn.condition_equals(url, OURS)
    )
    chosen = cdk.Fn.condition_if(is_ours.logical_id, ours, url)
    return {"local-model-url": chosen.to_string(), "local-model-name": name}
