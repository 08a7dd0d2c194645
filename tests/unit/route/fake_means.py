"""A clock that only tests move, races on it, health that is told and chance that is fixed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from labverse.route.health import Breaker
from labverse.route.hedging import Attempt
from labverse.route.models import Outcome
from labverse.route.ports import ProviderFailure, Reply
from labverse.route.task import Ended


class FakeClock:
    def __init__(self) -> None:
        self.seconds = 0.0
        self.day = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.day + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def pause(self, seconds: float) -> None:
        self.seconds += seconds


class FakeHealth:
    """Providers are as they are told to be."""

    def __init__(self) -> None:
        self.breakers: dict[str, Breaker] = {}
        self.admits = True
        self.reported: list[tuple[str, Outcome]] = []

    def look(self) -> Mapping[str, Breaker]:
        return self.breakers

    def admit(self, provider: str) -> bool:
        return self.admits

    def report(self, provider: str, ended: Reply | ProviderFailure, began: datetime) -> None:
        self.reported.append((provider, "ok" if isinstance(ended, Reply) else ended.outcome))


@dataclass
class FakeChance:
    """Draws the same number each time: by default one that explores nothing."""

    drawn: float = 0.999

    def random(self) -> float:
        return self.drawn


class FakeRacing:
    """Runs one after the other and moves the clock as if they had run beside each other."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock

    def race(self, first: Attempt, patience: float, second: Attempt) -> Ended | None:
        began = self.clock.seconds
        one, at = first(), self.clock.seconds
        if at <= began + patience:
            return one
        self.clock.seconds = began + patience
        other, then = second(), self.clock.seconds
        self.clock.seconds = min(at, then)
        both = [end for _, end in sorted([(at, one), (then, other)], key=lambda end: end[0])]
        answers = [end for end in both if end is not None and end.reply is not None]
        return answers[0] if answers else one
