"""Providers that answer, fail or take their time, on a clock that only they move."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from labverse.adapters.memory_ledger import MemoryLedger
from labverse.kernel.errors import Unavailable
from labverse.route.catalogue import Catalogue
from labverse.route.config import ChoicePolicy, RouteConfig
from labverse.route.events import Event
from labverse.route.experience import Experience
from labverse.route.hedging import Racing
from labverse.route.ledger import Ledger
from labverse.route.models import AnalyzeRequest, AttemptSpan, Outcome, Tokens
from labverse.route.ports import Call, ProviderFailure, Reply
from labverse.route.purse import Purse
from labverse.route.router import Means, Router
from tests.unit.route.fake_means import FakeChance, FakeClock, FakeHealth, FakeRacing

RAW: dict[str, Any] = {
    "max_latency_ms": 1200,
    "hard_deadline_ms": 25_000,
    "min_attempt_ms": 350,
    "max_output_tokens": 512,
    "max_cost_usd_per_task": "0.02",
    "temperatures": {"critical": 0.3, "default": 0.6, "creative": 0.9},
    "routing": {"primary": "first", "fallbacks": ["second", "third"]},
    "aliases": {"first": "alpha-1", "second": "beta-1", "third": "gamma-1"},
    "providers": {
        name: {"api": "openai", "base_url": f"https://{name}.example/v1"}
        for name in ("alpha", "beta", "gamma")
    },
    "models": {
        "alpha-1": {
            "provider": "alpha",
            "context_window": 8000,
            "price": {"input": "0.10", "output": "0.40"},
            "capabilities": ["tools", "json"],
            "retires": "2026-06-01",
            "successor": "alpha-2",
        },
        "alpha-2": {
            "provider": "alpha",
            "context_window": 8000,
            "price": {"input": "1", "cached_input": "0.1", "output": "4"},
            "capabilities": ["tools", "json"],
        },
        "beta-1": {
            "provider": "beta",
            "context_window": 100_000,
            "price": {"input": "1", "output": "4"},
            "capabilities": ["tools", "images"],
        },
        "gamma-1": {
            "provider": "gamma",
            "context_window": 100_000,
            "price": {"input": "10", "output": "40"},
            "retires": "2027-01-01",
        },
    },
    "edge_local": [
        {"model": "big", "context_window": 32_768, "tokens_per_second": 10},
        {"model": "small", "context_window": 4096, "tokens_per_second": 20},
    ],
}
CONFIG = RouteConfig.model_validate(RAW)
CLOUD = ("alpha", "beta", "gamma")
ASK = AnalyzeRequest(text="What is the capital of France?")
TOKENS = Tokens(input=1000, cached_input=0, output=100)


class FakeKeys:
    def __init__(self, *names: str, down: bool = False) -> None:
        self.keys: Mapping[str, str] = dict.fromkeys(names, "key")
        self.down = down

    def current(self, provider: str) -> str | None:
        if self.down:
            raise Unavailable("no secrets today")
        return self.keys.get(provider)

    again = current


@dataclass
class FakeProvider:
    """Ends each call with `outcome` after `seconds`, or when its time is up if that is sooner."""

    clock: FakeClock
    outcome: Outcome = "ok"
    seconds: float = 0.1
    tokens: Tokens | None = TOKENS
    calls: list[Call] = field(default_factory=list)

    def complete(self, call: Call) -> Reply:
        self.calls.append(call)
        self.clock.seconds += min(self.seconds, call.seconds)
        if self.seconds > call.seconds:
            raise ProviderFailure("timeout", "cut off")
        if self.outcome != "ok":
            raise ProviderFailure(self.outcome, "told to")
        counted = self.tokens or Tokens(input=None, cached_input=None, output=None)
        return Reply(text="Paris", model=f"{call.model}-really", tokens=counted, finish="stop")


class FakeAnnouncer:
    def __init__(self) -> None:
        self.events: list[Any] = []

    def announce(self, event: Event) -> None:
        self.events.append(event)


class FakeRecorder:
    def __init__(self) -> None:
        self.spans: list[AttemptSpan] = []
        self.told: Callable[[AttemptSpan], None] = lambda _span: None

    def attempt(self, span: AttemptSpan) -> None:
        self.spans.append(span)
        self.told(span)


class World:
    """A router among fakes; `fleet` maps each provider to how it behaves."""

    def __init__(
        self,
        *,
        keys: FakeKeys | None = None,
        local: tuple[str, ...] = ("small",),
        ledger: Ledger | None = None,
        racing: Racing | None = None,
    ) -> None:
        self.clock = FakeClock()
        self.fleet: dict[str, Any] = {name: FakeProvider(self.clock) for name in (*CLOUD, "ollama")}
        self.recorder = FakeRecorder()
        served = tuple(CONFIG.served(name) for name in local)
        held = keys or FakeKeys(*CLOUD)
        self.catalogue = Catalogue(CONFIG, served, self.fleet, held)
        self.ledger = ledger or MemoryLedger()
        ids = count(1)
        new_id = lambda: f"{next(ids) * 2654435761 % 2**32:08x}" * 4  # noqa: E731 - as short as it is
        self.experience = Experience(self.clock.now)
        likely = self.experience.likely_output
        purse = Purse(self.ledger, self.clock, new_id, self.clock.pause, likely)
        self.health, self.chance = FakeHealth(), FakeChance()
        race = racing or FakeRacing(self.clock)
        means = Means(self.health, self.experience, race, self.chance, ChoicePolicy())
        self.router = Router(self.catalogue, self.clock, new_id, self.recorder, purse, means)

    def sick(
        self, outcome: Outcome = "server_error", *names: str, seconds: float = 0.01
    ) -> "World":
        for name in names:
            self.fleet[name].outcome, self.fleet[name].seconds = outcome, seconds
        return self

    def slow(self, seconds: float, *names: str) -> "World":
        for name in names:
            self.fleet[name].seconds = seconds
        return self

    def asked(self) -> list[str]:
        return [span.provider for span in self.recorder.spans]
