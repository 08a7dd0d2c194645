"""`config/ai_providers.yaml`: which models there are, what they cost, and the limits of a task."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, model_validator

from labverse.kernel.model import Model
from labverse.kernel.money import Usd
from labverse.route.alerts import AlertsPolicy
from labverse.route.breaker import HealthPolicy
from labverse.route.chat import Capability
from labverse.route.limits import Limits
from labverse.route.models import TaskClass, Tier
from labverse.route.pricing import Price

Temperature = Annotated[float, Field(ge=0, le=2)]


class Provider(Model):
    """Where a provider answers, and in whose format."""

    api: Literal["openai", "anthropic"]
    base_url: str = Field(pattern=r"^https?://")
    regions: dict[str, str] = Field(default_factory=dict, description="Base URLs by region.")
    region: str | None = Field(default=None, description="The region that the key belongs to.")
    extra: dict[str, JsonValue] = Field(
        default_factory=dict, description="Added to the body of every request."
    )
    output_limit_name: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"

    @model_validator(mode="after")
    def _known_region(self) -> Self:
        if self.region is not None and self.region not in self.regions:
            raise ValueError(f"region {self.region!r} is not one of {sorted(self.regions)}")
        return self

    @property
    def url(self) -> str:
        """Where it answers: its region's base URL where one is chosen."""
        return self.base_url if self.region is None else self.regions[self.region]


class CloudModel(Model):
    """A model that is paid for by the token."""

    provider: str
    context_window: int = Field(gt=0, description="Tokens, prompt and answer together.")
    price: Price
    capabilities: tuple[Capability, ...] = ()
    tokens_per_second: int = Field(default=60, gt=0, description="What it surely writes.")
    tier: Tier = Field(default="standard", description="How hard a prompt it is good for.")
    image_tokens: int = Field(default=5000, gt=0, description="An image counts at most so much.")
    retires: date | None = Field(default=None, description="The first day it does not answer.")
    successor: str | None = None

    def live(self, today: date) -> bool:
        """Whether it answers on that day."""
        return self.retires is None or today < self.retires


class LocalModel(Model):
    """A model that costs nothing per token and runs beside us (Ollama, or what speaks like it)."""

    model: str = Field(min_length=1)
    context_window: int = Field(gt=0, description="Tokens, prompt and answer together.")
    tokens_per_second: int = Field(
        gt=0, description="What it surely writes; bounds the answer so that it ends in time."
    )
    capabilities: tuple[Capability, ...] = ()
    tier: Tier = "basic"


class Routing(Model):
    """Aliases in the order in which they are tried."""

    primary: str
    fallbacks: tuple[str, ...] = ()


class RouteConfig(Model):
    """Everything `route` reads from config, validated at synth."""

    max_latency_ms: int = Field(gt=0, le=25_000, description="The SLA of a task that names none.")
    hard_deadline_ms: int = Field(gt=0, le=28_000, description="Ends the request; API: 30 s.")
    min_attempt_ms: int = Field(
        default=350, gt=0, description="No attempt inside the SLA is given less than this."
    )
    warming_retry_s: int = Field(
        default=60, gt=0, description="When to ask again while the local model is being started."
    )
    max_output_tokens: int = Field(gt=0, description="For a task that names none.")
    max_cost_usd_per_task: Usd = Field(description="For a task that names none, and at most.")
    temperatures: dict[TaskClass, Temperature] = Field(description="By task class; all three.")
    routing: Routing = Field(description="Cloud candidates by alias: a primary and fallbacks.")
    aliases: dict[str, str] = Field(description="The model that each alias was named after.")
    providers: dict[str, Provider] = Field(description="Where each provider answers, and how.")
    models: dict[str, CloudModel] = Field(description="Cloud models with prices and lifetimes.")
    edge_local: tuple[LocalModel, ...] = Field(
        min_length=1, description="Local models with their limits, in order of preference."
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.max_latency_ms > self.hard_deadline_ms:
            raise ValueError("max_latency_ms must not exceed hard_deadline_ms")
        missing = {"critical", "default", "creative"} - self.temperatures.keys()
        if missing:
            raise ValueError(f"temperatures lacks {sorted(missing)}")
        for what, names, known in self._references():
            unknown = sorted(set(names) - known)
            if unknown:
                raise ValueError(f"{what} names {unknown}, which config does not hold")
        return self

    def _references(self) -> list[tuple[str, list[str], set[str]]]:
        successors = [model.successor for model in self.models.values() if model.successor]
        return [
            ("routing", [self.routing.primary, *self.routing.fallbacks], set(self.aliases)),
            ("aliases", list(self.aliases.values()), set(self.models)),
            ("models.successor", successors, set(self.models)),
            (
                "models.provider",
                [model.provider for model in self.models.values()],
                set(self.providers),
            ),
        ]

    def served(self, name: str) -> LocalModel:
        """The local model that the deployment serves as `name`.

        A name that config does not list (an Ollama that already ran, say) is served like the
        preferred one, with the smallest window listed: too small a window refuses, too large a one
        is silently cut by the server.
        """
        listed = {local.model: local for local in self.edge_local}
        smallest = min(local.context_window for local in self.edge_local)
        other = {"model": name, "context_window": smallest}
        return listed.get(name, self.edge_local[0].model_copy(update=other))


class FallbackPolicy(Model):
    """When the local model runs although nobody asked it a moment ago."""

    keep_warm_minutes: int = Field(
        gt=0, le=1440, description="How long it stays up after it was last wanted."
    )
    budget_threshold_percent: int = Field(
        ge=1, le=100, description="Started once this much of a budget is spent."
    )
    on_demand_minutes: int = Field(
        gt=0, le=1440, description="How long Spot is left alone after it had no capacity."
    )


class ChoicePolicy(Model):
    """When a candidate is good enough for a task. Money decides between those that are."""

    chance: float = Field(
        default=0.9, gt=0, lt=1, description="It answers within the SLA at least so often."
    )
    standard_from: float = Field(
        default=0.3, ge=0, le=1, description="From this complexity on, tier `standard` is needed."
    )
    strong_from: float = Field(default=0.85, ge=0, le=1, description="The same of `strong`.")
    explore: float = Field(
        default=0.02,
        ge=0,
        le=1,
        description="How often a cheaper one that was too slow is tried again first.",
    )
    hedge: bool = Field(
        default=True,
        description="Ask a second one as well, where the first is likely to be late.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.standard_from > self.strong_from:
            raise ValueError("standard_from must not exceed strong_from")
        return self


class RoutePolicy(Model):
    """`config/policy/route.json`: numbers of `route` that people tune."""

    spend: Limits
    choice: ChoicePolicy = Field(default_factory=ChoicePolicy)
    health: HealthPolicy = Field(default_factory=HealthPolicy)
    fallback: FallbackPolicy
    alerts: AlertsPolicy = Field(default_factory=AlertsPolicy)
