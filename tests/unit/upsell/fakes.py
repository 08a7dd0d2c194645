"""The world of upsell in one process: a store that checks versions, a bus, a clock."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import numpy as np

from infra_cdk.constructs.layer import policy as policy_file
from labverse.kernel.errors import Unavailable
from labverse.upsell.config import UpsellPolicy
from labverse.upsell.events import Event
from labverse.upsell.models import DecisionRecord, Erased, Kept, Learnt, Outcome
from labverse.upsell.ports import Means, Settled
from labverse.upsell.service import Upsell
from tests.unit.platform.fakes import FakeClock

CONFIG = UpsellPolicy.model_validate_json(policy_file("upsell"))


def config(**learning: Any) -> UpsellPolicy:
    """The catalogue as it ships, with another member of `learning`."""
    changed = CONFIG.learning.model_copy(update=learning)
    return CONFIG.model_copy(update={"learning": changed})


class MemoryStore:
    """Decisions and segments; `before_settle` runs ahead of every write of an outcome."""

    def __init__(self) -> None:
        self.kept: dict[str, Kept] = {}
        self.links: dict[str, list[str]] = {}
        self.segments: dict[str, Learnt] = {}
        self.before_settle: Callable[[], None] = lambda: None
        self.down = False
        self._lock = threading.Lock()

    def learnt(self, segment: str, *, exact: bool) -> Learnt:
        if self.down:
            raise Unavailable("down")
        return self.segments.get(segment, Learnt())

    def keep(self, record: DecisionRecord, customer: str | None, expires_at: int) -> None:
        self.kept[record.decision_id] = Kept(record, None, expires_at)
        if customer:
            self.links.setdefault(customer, []).append(record.decision_id)

    def decision(self, decision_id: str) -> Kept | None:
        return self.kept.get(decision_id)

    def settle(self, kept: Kept, outcome: Outcome, ahead: Learnt | None) -> Settled:
        self.before_settle()
        with self._lock:
            id_, segment = kept.record.decision_id, kept.record.segment
            now = self.kept.get(id_)
            if now is None or now.outcome is not None:
                return "settled"
            if ahead is not None:
                if self.segments.get(segment, Learnt()).version != ahead.version - 1:
                    return "moved"
                self.segments[segment] = ahead
            self.kept[id_] = now._replace(outcome=outcome)
            return "done"

    def erase(self, customer: str) -> Erased:
        ids = self.links.pop(customer, [])
        for id_ in ids:
            del self.kept[id_]
        return Erased(erased=len(ids), complete=True)


class MemoryBus:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def announce(self, event: Event) -> None:
        self.events.append(event)


class TickingClock(FakeClock):
    """Every look at the stopwatch takes two milliseconds."""

    def monotonic(self) -> float:
        self.seconds += 0.002
        return self.seconds

    def later(self, **ahead: float) -> datetime:
        self.seconds += timedelta(**ahead).total_seconds()
        return self.now()


class World:
    """The use cases over fakes, all of them at hand."""

    def __init__(self, config: UpsellPolicy = CONFIG, seed: int = 1) -> None:
        self.store, self.bus, self.clock = MemoryStore(), MemoryBus(), TickingClock()
        self.paused: list[float] = []
        ids, seeds = count(1), count(seed)
        self.means = Means(
            store=self.store,
            bus=self.bus,
            clock=self.clock,
            new_id=lambda: f"decision-{next(ids)}",
            generator=lambda: np.random.default_rng(next(seeds)),
            pause=self.paused.append,
        )
        self.upsell = Upsell(config, self.means)

    def under(self, config: UpsellPolicy) -> Upsell:
        """The same world, deployed again with another config."""
        return Upsell(config, self.means)
