"""Models that answer, fail or take their time, on a clock that only they move."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from labverse.route.config import LocalModel, RouteConfig
from labverse.route.models import AnalyzeRequest, Outcome, TaskRouted, Tokens
from labverse.route.ports import Call, ProviderFailure, Reply
from labverse.route.service import Router

CONFIG = RouteConfig(
    max_latency_ms=1200,
    hard_deadline_ms=25_000,
    max_output_tokens=512,
    temperatures={"critical": 0.3, "default": 0.6, "creative": 0.9},
    edge_local=[
        LocalModel(model="big", context_window=32_768, tokens_per_second=10),
        LocalModel(model="small", context_window=4096, tokens_per_second=20),
    ],
)
ASK = AnalyzeRequest(text="What is the capital of France?")


class FakeClock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


class FakeModels:
    """`outcomes` by model name: how that model's call ends, after `seconds` of clock."""

    def __init__(self, clock: FakeClock, outcomes: dict[str, Outcome], seconds: float) -> None:
        self.clock, self.outcomes, self.seconds = clock, outcomes, seconds
        self.calls: list[Call] = []

    def complete(self, call: Call) -> Reply:
        self.calls.append(call)
        self.clock.seconds += self.seconds
        outcome = self.outcomes.get(call.model, "ok")
        if outcome != "ok":
            raise ProviderFailure(outcome, "told to")
        tokens = Tokens(input=13, cached_input=0, output=2)
        return Reply(text="Paris", model=f"{call.model}-really", tokens=tokens, finish="stop")


class FakeAnnouncer:
    def __init__(self) -> None:
        self.events: list[TaskRouted] = []

    def announce(self, event: TaskRouted) -> None:
        self.events.append(event)


def router(
    outcomes: dict[str, Outcome] | None = None,
    *,
    seconds: float = 0.1,
    candidates: Sequence[LocalModel] = tuple(CONFIG.edge_local),
    new_id: Callable[[], str] = lambda: "new-id",
) -> tuple[Router, FakeModels]:
    clock = FakeClock()
    models = FakeModels(clock, outcomes or {}, seconds)
    made = Router(CONFIG, tuple(candidates), {"ollama": models}, clock, new_id)
    return made, models
