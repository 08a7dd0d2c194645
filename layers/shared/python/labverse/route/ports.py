"""What route needs from the outside world, in its own words."""

from typing import Literal, Protocol

from labverse.kernel.model import Model
from labverse.route.models import Outcome, TaskRouted, Tokens


class Call(Model):
    """One request to one model. `seconds` bounds the whole call, connect to last byte."""

    model: str
    text: str
    temperature: float
    max_output_tokens: int
    seconds: float


class Reply(Model):
    """A model's whole, non-empty answer."""

    text: str
    model: str
    tokens: Tokens
    finish: Literal["stop", "length"]


class ProviderFailure(Exception):
    """One attempt that brought no usable answer; the router moves on."""

    def __init__(self, outcome: Outcome, detail: str) -> None:
        """`detail` is for logs: it never holds the prompt, the answer or a key."""
        super().__init__(f"{outcome}: {detail}")
        self.outcome = outcome
        self.detail = detail


class ModelPort(Protocol):
    """A place that answers prompts."""

    def complete(self, call: Call) -> Reply:
        """The model's answer. Raises ProviderFailure, and nothing else, when there is none."""
        ...


class Announcer(Protocol):
    """Where events go."""

    def announce(self, event: TaskRouted) -> None:
        """Publish. Never raises: a paid answer is not lost because nobody could be told of it."""
        ...
