"""What route needs from the outside world, in its own words."""

from typing import Literal, Protocol

from labverse.kernel.model import Model
from labverse.route.chat import Chat, ToolCall
from labverse.route.events import Event
from labverse.route.models import Answer, AttemptSpan, Outcome, Tokens


class Call(Model):
    """One request to one model. `seconds` bounds the whole call, connect to last byte."""

    model: str
    chat: Chat
    temperature: float | None
    max_output_tokens: int
    seconds: float


class Reply(Model):
    """A model's whole answer: text, or tool calls, or both; never neither."""

    text: str
    model: str
    tokens: Tokens
    finish: Literal["stop", "length", "tool_calls"]
    tool_calls: tuple[ToolCall, ...] = ()


class Routed(Model):
    """How a piece of work was answered, and the answer as the model gave it."""

    answer: Answer
    reply: Reply


# Refusals, before a token is written. Who hangs up or answers nonsense may have written many.
_UNBILLED: tuple[Outcome, ...] = (
    "rate_limited", "quota_exhausted", "overloaded", "server_error", "unauthorized", "rejected",
    "context_exceeded",
)  # fmt: skip


class ProviderFailure(Exception):
    """One attempt that brought no usable answer; the router moves on.

    `retry_after` is what the provider asked for, in seconds. `tokens` is what it counted all the
    same: an answer that cannot be used may still have to be paid. `unbilled`: it surely costs
    nothing; where nobody knows better, the outcome tells.
    """

    def __init__(
        self,
        outcome: Outcome,
        detail: str,
        *,
        retry_after: float | None = None,
        tokens: Tokens | None = None,
        unbilled: bool | None = None,
    ) -> None:
        """`detail` is for logs: it never holds the prompt, the answer or a key."""
        super().__init__(f"{outcome}: {detail}")
        self.outcome = outcome
        self.detail = detail
        self.retry_after = retry_after
        self.tokens = tokens
        self.unbilled = outcome in _UNBILLED if unbilled is None else unbilled


class ModelPort(Protocol):
    """A provider of models."""

    def complete(self, call: Call) -> Reply:
        """The model's answer. Raises ProviderFailure, and nothing else, when there is none."""
        ...


class ProviderKeys(Protocol):
    """Where the keys of providers are kept."""

    def current(self, provider: str) -> str | None:
        """The key as last read; None where none is configured. Raises Unavailable."""
        ...

    def again(self, provider: str) -> str | None:
        """The key read anew, for a provider that just refused the current one."""
        ...


class Announcer(Protocol):
    """Where events go."""

    def announce(self, event: Event) -> None:
        """Publish. Never raises: a paid answer is not lost because nobody could be told of it."""
        ...


class Recorder(Protocol):
    """Where attempts are recorded: one span and one metric record each."""

    def attempt(self, span: AttemptSpan) -> None:
        """Record one attempt. Never raises."""
        ...
