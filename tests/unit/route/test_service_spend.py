"""What a month has cost is told with what would have cost less, and without it where it must be."""

from collections.abc import Sequence
from dataclasses import dataclass

from labverse.kernel.errors import Unavailable
from labverse.route.config import CloudModel
from labverse.route.counters import Counts
from labverse.route.service import AnswerTask
from labverse.route.tally import as_counts, item
from tests.unit.route.fakes import CONFIG, FakeAnnouncer, World
from tests.unit.route.test_recommendations import record


@dataclass
class Counters:
    """Has the counts of the items it knows, or cannot be asked."""

    items: dict[str, Counts] | None

    def add(self, item: str, counts: Counts, until: int) -> None:
        raise AssertionError("reading adds nothing")

    def read(self, items: Sequence[str]) -> list[Counts]:
        if self.items is None:
            raise Unavailable("no counters today")
        return [self.items.get(name, {}) for name in items]


def task(counters: Counters | None) -> AnswerTask:
    return AnswerTask(World().router, FakeAnnouncer(), counters)


def counted(name: str, model: CloudModel) -> dict[str, int]:
    return as_counts("critical", name, record(model, 400))


def test_the_months_own_tallies_are_what_it_is_told_from() -> None:
    models = {name: CONFIG.models[name] for name in ("gamma-1", "beta-1")}
    counts = {key: n for name, one in models.items() for key, n in counted(name, one).items()}
    asked = task(Counters({item("2026-01"): counts}))
    (found,) = asked.spend(None).recommendations or ()
    assert (found.task_class, found.model, found.instead) == ("critical", "gamma-1", "beta-1")
    assert asked.spend("2026-02").recommendations == ()


def test_nobody_counted() -> None:
    assert task(None).spend(None).recommendations == ()


def test_what_was_spent_is_told_when_the_counters_are_not_there() -> None:
    told = task(Counters(None)).spend(None)
    assert told.recommendations is None
    assert told.spent_usd == 0
