"""The fallback stack of each stage, and of one that asks for a GPU; each synthesized once."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import aws_cdk as cdk
import pytest

from infra_cdk.config import STAGES, StageConfig
from infra_cdk.config_fallback import Gpu
from infra_cdk.constructs import gate
from infra_cdk.stacks.fallback import FallbackStack

GPU = Gpu(model="mixtral:8x7b-instruct", instance_type="g6e.xlarge", memory_mib=28_000)


class Template(dict[str, dict[str, Any]]):
    """The stack's resources by logical id."""

    def of(self, kind: str) -> Iterator[dict[str, Any]]:
        """The properties of each resource of `kind`."""
        return (found["Properties"] for found in self.values() if found["Type"] == kind)

    def one(self, kind: str) -> dict[str, Any]:
        """Those of the only one."""
        (found,) = self.of(kind)
        return found

    @property
    def container(self) -> dict[str, Any]:
        """The task's only container."""
        (found,) = self.one("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
        return dict(found)

    @property
    def environment(self) -> dict[str, str]:
        """The container's variables."""
        return {item["Name"]: item["Value"] for item in self.container["Environment"]}


@cache
def _synthesized(stage: str, gpu: Gpu | None = None) -> Template:
    config = StageConfig.load(stage)
    fallback = config.fallback.model_copy(update={"gpu": gpu})
    config = config.model_copy(update={"fallback": fallback})
    app = cdk.App()
    stack = FallbackStack(app, "Stack", config=config)
    gate.close(app)
    return Template(app.synth().get_stack_by_name(stack.stack_name).template["Resources"])


@pytest.fixture(params=STAGES)
def stage(request: pytest.FixtureRequest) -> tuple[StageConfig, Template]:
    return StageConfig.load(request.param), _synthesized(request.param)


@pytest.fixture
def dev() -> Template:
    return _synthesized("dev")


@pytest.fixture
def gpu() -> Template:
    return _synthesized("dev", GPU)
