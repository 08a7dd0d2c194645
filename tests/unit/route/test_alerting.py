"""Each alert reaches people once; after a crash at most once more; and never a third time."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labverse.adapters.dynamodb_marks import DynamoDeliveries
from labverse.kernel.errors import Conflict, InvalidInput, Refused, Unavailable
from labverse.route.alerting import Alerting, Unsent
from labverse.route.alerts import Alert, alert
from tests.unit.route.fake_means import FakeClock
from tests.unit.route.table import Table

BUDGET: dict[str, Any] = {
    "event_id": "e1", "occurred_at": "2026-11-24T10:00:00Z", "period": "2026-11",
    "threshold_percent": 75, "limit_usd": 500, "spent_usd": 375.4567, "added_later": 1,
}  # fmt: skip
RETIREMENT: dict[str, Any] = {
    "event_id": "e2", "alias": "openai-gpt-4o-mini", "model": "gpt-4o-mini",
    "retires": "2027-01-14", "days_left": 51, "successor": "gpt-6-luna",
}  # fmt: skip


class Killed(BaseException):
    """The process ends here."""


class Room:
    """Takes messages, or fails in the ways of `fails`, the first of them first."""

    def __init__(self, *fails: BaseException | None) -> None:
        self.read: list[str] = []
        self.fails = list(fails)

    def post(self, text: str) -> None:
        failure = self.fails.pop(0) if self.fails else None
        if isinstance(failure, Unsent | Refused):
            raise failure
        self.read.append(text)
        if failure is not None:
            raise failure


class World:
    def __init__(self, *fails: BaseException | None) -> None:
        self.clock, self.room, self.table = FakeClock(), Room(*fails), Table(key="name")
        self.clock.day = datetime(2026, 11, 24, tzinfo=UTC)
        client: Any = self.table
        deliveries = DynamoDeliveries("capacity", client)
        self.alerting = Alerting(lambda: self.room, deliveries, self.clock)

    def tell(self, after: float = 0, found: Alert | None = None) -> str:
        self.clock.seconds += after
        return self.alerting(found or alert("BudgetThresholdReached", BUDGET))


def test_an_event_that_comes_twice_is_told_once() -> None:
    world = World()
    assert [world.tell(), world.tell(), world.tell(3600)] == ["sent", "sent before", "sent before"]
    assert world.room.read == [
        "75 % of the budget of 2026-11 is reached: 375.46 of 500.00 USD are spent. Past the hard "
        "stop only the local model answers. See: kimi spend --period 2026-11"
    ]


def test_two_events_are_two_messages() -> None:
    world = World()
    world.tell()
    world.tell(found=alert("ModelRetirementNeared", RETIREMENT))
    assert world.room.read[1] == (
        "gpt-4o-mini retires on 2027-01-14, in 51 days. From then on openai-gpt-4o-mini means "
        "gpt-6-luna; check that it does as well."
    )


def test_nothing_follows_it() -> None:
    told = alert("ModelRetirementNeared", {**RETIREMENT, "successor": None}).text
    assert "name a successor in config/ai_providers.yaml" in told


def test_what_nobody_is_told_of_is_refused() -> None:
    with pytest.raises(InvalidInput):
        alert("TaskRouted", {"event_id": "e"})


def test_nobody_there_claims_nothing() -> None:
    world = World()
    world.alerting = Alerting(lambda: None, world.alerting.deliveries, world.clock)
    assert world.tell() == "nobody to tell"
    assert world.table.items == {}


def test_whoever_comes_while_it_is_posted_comes_back_later() -> None:
    world = World(Killed())
    with pytest.raises(Killed):
        world.tell()
    with pytest.raises(Unavailable):
        world.tell(30)
    assert len(world.room.read) == 1


def test_killed_after_posting_it_is_told_once_more_and_never_a_third_time() -> None:
    world = World(Killed(), Killed())
    for _ in range(2):
        with pytest.raises(Killed):
            world.tell(60)
    for _ in range(3):
        with pytest.raises(Conflict):
            world.tell(60)
    assert len(world.room.read) == 2


def test_killed_once_the_second_post_ends_it() -> None:
    world = World(Killed())
    with pytest.raises(Killed):
        world.tell()
    assert [world.tell(60), world.tell(60)] == ["sent", "sent before"]
    assert len(world.room.read) == 2


def test_what_surely_was_not_posted_may_be_tried_for_ever() -> None:
    world = World(*[Unsent("down")] * 5, Refused("channel_not_found"), None)
    for _ in range(5):
        with pytest.raises(Unsent):
            world.tell(1)
    with pytest.raises(Refused):
        world.tell(1)
    assert world.tell(1) == "sent"
    assert len(world.room.read) == 1


def test_slack_is_left_alone_for_as_long_as_it_asked() -> None:
    world = World(Unsent("ratelimited", retry_after=120))
    with pytest.raises(Unsent):
        world.tell()
    with pytest.raises(Unavailable):
        world.tell(119)
    assert world.room.fails == []
    assert world.tell(1) == "sent"


def test_a_claim_that_cannot_be_kept_posts_nothing() -> None:
    def down() -> None:
        raise Killed

    world = World()
    world.table._before = down
    with pytest.raises(Killed):
        world.tell()
    assert world.room.read == []


ENDS = st.sampled_from([None, Killed(), Unavailable("?"), Unsent("?"), Refused("?")])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(ENDS, st.integers(0, 90)), max_size=12))
def test_whatever_happens_it_is_told_at_most_twice(
    story: list[tuple[BaseException | None, int]],
) -> None:
    world = World(*[end for end, _ in story])
    unsure = 0
    for _, after in story:
        before = len(world.room.read)
        try:
            world.tell(after)
        except (Killed, Unavailable, Refused, Conflict):
            unsure += len(world.room.read) > before
    assert len(world.room.read) <= 2
    # A second message needs a first one of which nobody knew that it had arrived.
    assert len(world.room.read) <= 1 + (unsure > 0)
