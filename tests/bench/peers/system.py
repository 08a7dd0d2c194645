"""What is measured: a way to ask a primary provider, and where it fails a backup.

Imports nothing but the standard library, as it is loaded into every system's own environment, and
what a system imports is part of what is measured.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

# Micro-dollars per token times a million, so dollars per million tokens.
PRICE_INPUT, PRICE_OUTPUT = "0.10", "0.40"
MAX_OUTPUT = 300
SLA_MS = 1200


@dataclass(frozen=True)
class Fleet:
    """Where providers are. `quick`: they answer at once. `faults`: they fail on demand."""

    quick: str
    faults: str


@dataclass(frozen=True)
class Pair:
    """Where two providers are asked, up to `/v1`; the primary is the one to prefer.

    `gateway`: where a proxy listens, for systems that are one. `attempt_ms`: how long a system
    that is told so waits for one provider. `cooldown`: for systems that leave a sick provider alone
    only when they are told to.
    """

    primary: str
    backup: str
    gateway: str = ""
    attempt_ms: int = SLA_MS
    cooldown: bool = False


class System(Protocol):
    """One way to ask; safe from many threads."""

    def ask(self, prompt: str) -> str:
        """The answer's text. Raises whatever the system raises."""


# Module and class of each by name; a module is imported when its system is made.
SYSTEMS = {
    "httpx": ("bare", "Bare"),
    "labverse": ("ours", "Ours"),
    "litellm": ("litellm_router", "LiteLLM"),
    "portkey": ("portkey", "Portkey"),
}


def make(name: str, pair: Pair) -> System:
    """The system of that name, asking these two."""
    module, kind = SYSTEMS[name]
    made: Callable[[Pair], System] = getattr(import_module(f"tests.bench.peers.{module}"), kind)
    return made(pair)
