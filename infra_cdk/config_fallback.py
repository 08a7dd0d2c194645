"""Facts of the fallback: which local model runs, on what, and how many of it."""

from typing import Self

from pydantic import Field, model_validator

from labverse.kernel.model import Model
from labverse.route.settings import FallbackService


class Gpu(Model):
    """A larger model on instances of ours instead, which come and go with its tasks."""

    model: str = Field(description="mixtral:8x7b-instruct needs 26 GB of GPU memory.")
    instance_type: str = Field(description="g6e.xlarge: one GPU of 48 GB.")
    memory_mib: int = Field(gt=0, description="Of the task; the instance has a little more.")


class FallbackConfig(Model):
    """One service of one model: on Fargate, unless `gpu` says otherwise."""

    image_tag: str = Field(
        pattern=r"^\d+\.\d+\.\d+$", description="Of ollama/ollama, mirrored by make deploy."
    )
    model: str
    context_tokens: int = Field(
        gt=0, description="What the server is started for; it cuts longer prompts silently."
    )
    cpu: int = Field(description="1024 is one vCPU.")
    memory_mib: int
    throttle_per_second: float = Field(gt=0)
    throttle_burst: int = Field(gt=0)
    sign_images: bool = Field(
        description="The registry's signing configuration is one per account and region: false "
        "where another stage's data stack holds it."
    )
    gpu: Gpu | None = None

    @property
    def served(self) -> str:
        """The model that this deployment serves."""
        return self.gpu.model if self.gpu else self.model


class FallbackTasks(Model):
    """How many tasks run while nobody needs the local model, and while somebody does."""

    minimum: int = Field(ge=0)
    maximum: int = Field(ge=1)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.minimum > self.maximum:
            raise ValueError("minimum must not exceed maximum")
        return self


def repository(stage: str) -> str:
    """The image repository's name."""
    return f"labverse-{stage}/ollama"


def service(stage: str, config: FallbackConfig, tasks: FallbackTasks) -> FallbackService:
    """The ECS service by name: the stack that has it and the function that scales it must agree.

    Another capacity is another service, so that CloudFormation can make one before it removes
    the other.
    """
    return FallbackService(
        cluster=f"labverse-{stage}",
        service="ollama-gpu" if config.gpu else "ollama",
        **tasks.model_dump(),
    )
