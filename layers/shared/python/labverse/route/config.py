"""`config/ai_providers.yaml`: which models there are, and the limits of a task."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from labverse.kernel.model import Model
from labverse.route.models import TaskClass

Temperature = Annotated[float, Field(ge=0, le=2)]


class LocalModel(Model):
    """A model that costs nothing per token and runs beside us (Ollama, or what speaks like it)."""

    provider: Literal["ollama"] = "ollama"
    model: str = Field(min_length=1)
    context_window: int = Field(gt=0, description="Tokens, prompt and answer together.")
    tokens_per_second: int = Field(
        gt=0, description="What it surely writes; bounds the answer so that it ends in time."
    )


class RouteConfig(Model):
    """Everything `route` reads from config, validated at synth."""

    max_latency_ms: int = Field(gt=0, le=25_000, description="The SLA of a task that names none.")
    hard_deadline_ms: int = Field(gt=0, le=28_000, description="Ends the request; API: 30 s.")
    max_output_tokens: int = Field(gt=0, description="For a task that names none.")
    temperatures: dict[TaskClass, Temperature] = Field(description="By task class; all three.")
    edge_local: list[LocalModel] = Field(
        min_length=1, description="Local models with their limits, in order of preference."
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.max_latency_ms > self.hard_deadline_ms:
            raise ValueError("max_latency_ms must not exceed hard_deadline_ms")
        missing = {"critical", "default", "creative"} - self.temperatures.keys()
        if missing:
            raise ValueError(f"temperatures lacks {sorted(missing)}")
        return self

    def served(self, name: str) -> LocalModel:
        """The local model that the deployment serves as `name`.

        A name that config does not list (an Ollama that already ran, say) is served with the
        limits of the last one listed, which by the order of preference is the most modest.
        """
        listed = {local.model: local for local in self.edge_local}
        return listed.get(name, self.edge_local[-1].model_copy(update={"model": name}))
