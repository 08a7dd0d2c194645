"""Each model that retires soon is announced once, and again rather than never."""

from datetime import UTC, datetime
from typing import Any

import pytest

from labverse.adapters.dynamodb_marks import DynamoMarks
from labverse.kernel.errors import Unavailable
from labverse.route.config import RouteConfig
from labverse.route.events import ModelRetirementNeared
from labverse.route.retirement import Retirements
from tests.unit.route.fake_means import FakeClock
from tests.unit.route.fakes import CONFIG, RAW, FakeAnnouncer


class Killed(BaseException):
    """The process ends here."""


class Marked:
    """Marks that all processes share; `down`: they cannot be reached."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}
        self.down = self.killed = False
        self.reads = 0

    def marked(self, name: str) -> bool:
        self.reads += 1
        if self.down:
            raise Unavailable("no marks today")
        return name in self.known

    def mark(self, name: str, until: int) -> None:
        if self.killed:
            raise Killed
        self.known[name] = until


class World:
    def __init__(self, config: RouteConfig = CONFIG) -> None:
        self.clock, self.marks, self.bus, self.config = (
            FakeClock(),
            Marked(),
            FakeAnnouncer(),
            config,
        )
        self.clock.day = datetime(2026, 4, 2, 12, tzinfo=UTC)

    def process(self) -> Retirements:
        return Retirements(self.config, 60, self.marks, self.bus, self.clock)

    def ids(self) -> list[str]:
        return [event.event_id for event in self.bus.events]


def test_it_is_announced_with_what_follows_it() -> None:
    world = World()
    world.process()()
    (event,) = world.bus.events
    assert isinstance(event, ModelRetirementNeared)
    assert (event.alias, event.model, event.successor) == ("first", "alpha-1", "alpha-2")
    assert (str(event.retires), event.days_left) == ("2026-06-01", 60)
    (until,) = world.marks.known.values()
    assert datetime.fromtimestamp(until, UTC) == datetime(2026, 7, 1, tzinfo=UTC)


def test_no_tick_and_no_other_process_announces_it_again() -> None:
    world = World()
    one, other = world.process(), world.process()
    for _ in range(5):
        one()
        other()
    assert len(world.ids()) == 1
    assert world.marks.reads == 2, "each process looks once"


def test_a_process_that_is_killed_before_it_marks_loses_nothing() -> None:
    world = World()
    world.marks.killed = True
    with pytest.raises(Killed):
        world.process()()
    world.marks.killed = False
    world.process()()
    world.process()()
    assert len(world.ids()) == 2
    assert len(set(world.ids())) == 1, "whoever takes both knows that they are one"


def test_without_marks_nothing_is_announced_and_the_next_tick_tries_again() -> None:
    world = World()
    world.marks.down = True
    process = world.process()
    with pytest.raises(Unavailable):
        process()
    assert world.ids() == []
    world.marks.down = False
    process()
    assert len(world.ids()) == 1


def test_a_date_that_is_put_off_is_announced_anew() -> None:
    world = World()
    world.process()()
    later = {**RAW["models"]["alpha-1"], "retires": "2026-06-02"}
    world.config = RouteConfig.model_validate(
        {**RAW, "models": {**RAW["models"], "alpha-1": later}}
    )
    world.clock.seconds += 86_400
    world.process()()
    assert len(set(world.ids())) == 2


def test_nothing_retires() -> None:
    world = World()
    world.clock.day = datetime(2026, 1, 1, tzinfo=UTC)
    world.process()()
    assert (world.ids(), world.marks.reads) == ([], 0)


class Items:
    """DynamoDB, as far as marks use it."""

    def __init__(self) -> None:
        self.items: dict[str, Any] = {}

    def get_item(self, **asked: Any) -> dict[str, Any]:
        assert asked["ConsistentRead"]
        found = self.items.get(asked["Key"]["name"]["S"])
        return {"Item": found} if found else {}

    def update_item(self, **update: Any) -> None:
        assert update["UpdateExpression"] == "SET #until = :until"
        self.items[update["Key"]["name"]["S"]] = update["ExpressionAttributeValues"][":until"]


def test_marks_on_dynamodb() -> None:
    table: Any = Items()
    marks = DynamoMarks("capacity", table)
    assert not marks.marked("a#b")
    marks.mark("a#b", 123)
    assert marks.marked("a#b")
    assert table.items == {"mark#a#b": {"N": "123"}}
