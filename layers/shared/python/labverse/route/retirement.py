"""Announce each model that retires soon, once."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Protocol

from labverse.kernel.clock import Clock
from labverse.route.config import RouteConfig
from labverse.route.events import ModelRetirementNeared
from labverse.route.ledger import seconds
from labverse.route.lifecycle import Ending, endings
from labverse.route.ports import Announcer

# A date that is put off is another mark; this one is of no use once the day is past.
_KEPT = timedelta(days=30)


class Marks(Protocol):
    """What was done, for all processes. Both raise Unavailable."""

    def marked(self, name: str) -> bool:
        """Whether somebody marked it."""
        ...

    def mark(self, name: str, until: int) -> None:
        """Remember it until then, in seconds since 1970."""
        ...


@dataclass(frozen=True)
class Retirements:
    """Called at every tick. Announces first and marks then: a process that is killed in between
    announces once more, under the same id, where the other order would lose the warning.
    """

    config: RouteConfig
    days: int
    marks: Marks
    announcer: Announcer
    clock: Clock
    _known: set[str] = field(default_factory=set, repr=False)

    def __call__(self) -> None:
        """Raises Unavailable where the marks cannot be reached: the next tick tries again."""
        now = self.clock.now()
        for soon in endings(self.config, now.date(), self.days):
            name = f"retirement#{soon.model}#{soon.retires}"
            if name in self._known:
                continue
            if not self.marks.marked(name):
                self.announcer.announce(_event(soon, name, now))
                gone = datetime.combine(soon.retires, time(tzinfo=UTC)) + _KEPT
                self.marks.mark(name, seconds(gone))
            self._known.add(name)


def _event(soon: Ending, name: str, now: datetime) -> ModelRetirementNeared:
    return ModelRetirementNeared(
        event_id=name,
        occurred_at=now,
        alias=soon.alias,
        model=soon.model,
        retires=soon.retires,
        days_left=soon.days_left,
        successor=soon.successor,
    )
