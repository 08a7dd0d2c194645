"""Words of the route capability: what is asked, what was answered, what was tried on the way."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from labverse.kernel.model import Model
from labverse.kernel.money import Usd
from labverse.route.chat import Chat
from labverse.route.members import CacheSeconds, NotBlank

NOBODY = "none"
"""The key of work that came without one: a workflow's, or a library's."""
CostSource = Literal["provider", "estimate", "local", "none"]
Fate = Literal["settled", "released", "presumed", "unsettled", "none"]
"""What became of the money that was held for an attempt; `none` was, for one that costs nothing."""
TaskClass = Literal["critical", "default", "creative"]
Tier = Literal["basic", "standard", "strong"]
TIERS: tuple[Tier, ...] = ("basic", "standard", "strong")
Outcome = Literal[
    "ok", "timeout", "unreachable", "rate_limited", "quota_exhausted", "overloaded",
    "server_error", "unauthorized", "rejected", "context_exceeded", "bad_response", "truncated",
    "empty", "wrong_format", "warming", "outrun",
]  # fmt: skip
"""How one attempt ended; everything but `ok` moves on to the next candidate. `warming`: the local
model is not up, and being asked starts it. `outrun`: another, asked beside it, answered first."""


class AnalyzeRequest(Model):
    """One piece of work for a model, and the limits it must stay within."""

    text: NotBlank = Field(description="The prompt.", examples=["What is the capital of France?"])
    task_class: TaskClass = Field(default="default", description="Decides the temperature.")
    max_latency_ms: int | None = Field(
        default=None, ge=1, le=25_000, description="The SLA; without it, the configured one."
    )
    max_cost_usd: Usd | None = Field(
        default=None, description="At most this much for this task, in US dollars."
    )
    max_output_tokens: int | None = Field(default=None, ge=1, le=32_768)
    model: str | None = Field(
        default=None, min_length=1, max_length=128, description="This model and no other."
    )
    cache_seconds: CacheSeconds | None = Field(
        default=None,
        description="Keep the answer that long, and take a kept one that is no older, for nothing.",
    )

    def as_work(self, key_id: str = NOBODY) -> "Work":
        """The same, as one message of a conversation."""
        limits = self.model_dump(exclude={"text"})
        return Work(chat=Chat.of(self.text), key_id=key_id, **limits)


class Work(Model):
    """What the router is given: a conversation and the limits of its answer."""

    chat: Chat
    task_class: TaskClass = "default"
    max_latency_ms: int | None = Field(default=None, ge=1, le=25_000)
    max_cost_usd: Usd | None = None
    max_output_tokens: int | None = Field(default=None, ge=1, le=32_768)
    model: str | None = Field(default=None, min_length=1, max_length=128)
    temperature: float | None = Field(
        default=None, ge=0, le=2, description="Overrides the task class's."
    )
    cache_seconds: CacheSeconds | None = None
    key_id: str = Field(default=NOBODY, description="Whose money it is: the id of an API key.")


class ServedModel(Model):
    """A name that a request may ask for, and what it means today."""

    id: str
    provider: str
    resolves_to: str | None
    context_window: int


class Tokens(Model):
    """Tokens as the provider counted them; null where it did not say."""

    input: int | None
    cached_input: int | None
    output: int | None
    reasoning: int | None = Field(default=None, description="As far as it is known; in output.")


class AttemptSpan(Model):
    """One attempt as it is recorded: what a GenAI span holds, and never the prompt or answer."""

    trace_id: str
    span_id: str
    started_at: datetime
    provider: str
    request_model: str
    response_model: str | None
    outcome: Outcome
    finish: str | None
    latency_ms: int
    tokens: Tokens
    cost_usd: Usd
    cost_source: CostSource = Field(
        description="Priced from the provider's own count, from ours, free, or not billed."
    )
    ledger: Fate = Field(
        default="none",
        description="What became of the money held for it. Presumed: it may have been billed, so "
        "all of it counts as spent. Unsettled: the ledger could not be told, and presumes so.",
    )
    why: str = Field(default="", description="Why it was this one's turn.")
    refused: list["Refusal"] = Field(description="Candidates that were not tried, and why.")


class Attempt(Model):
    """One call to one model, successful or not."""

    provider: str
    model: str
    outcome: Outcome
    latency_ms: int
    cost_usd: Usd
    why: str = Field(default="", description="Why it was this one's turn.")


class Refusal(Model):
    """A model that was not tried, and why."""

    model: str
    reason: str


class Budget(Model):
    """The money of this month, as the ledger last told."""

    limit_usd: Usd
    spent_usd: Usd
    reserved_usd: Usd = Field(description="Held for calls that are not settled yet.")
    state: Literal["ok", "warned", "stopped"] = Field(
        description="Warned: a threshold is reached. Stopped: only free models are asked."
    )


class Answer(Model):
    """What the model said, what it cost, and how we got there."""

    text: str
    provider: str
    model: str = Field(description="The model that answered, in the provider's own words.")
    complexity: float = Field(ge=0, le=1, description="Higher: it needed a stronger model.")
    tokens: Tokens
    cost_usd: Usd
    latency_ms: int = Field(description="From entry into the router to the answer.")
    sla_met: bool
    attempts: list[Attempt]
    refused: list[Refusal]
    budget: Budget | None = Field(
        default=None, description="Null where no model that costs money was considered."
    )
    trace_id: str
    cached: bool = Field(default=False, description="It was kept from an earlier request.")
