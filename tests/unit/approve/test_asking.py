"""People are asked once, wherever and however often a workflow asks."""

import pytest
from pydantic import ValidationError

from labverse.approve.config import ApprovePolicy
from labverse.approve.events import ApprovalRequested
from labverse.approve.models import Answer, State
from labverse.kernel.errors import Conflict, InvalidInput, Refused, Unavailable
from tests.unit.approve.asked import DIGEST, after
from tests.unit.approve.fakes import EXECUTION, TEAMS, World


def _later(room: str) -> dict[str, object]:
    return {"after_seconds": 60, "room": room}


@pytest.fixture
def world() -> World:
    return World()


def test_a_question_is_kept_posted_and_announced(world: World) -> None:
    asked = world.ask()
    assert (asked.state, asked.quorum, asked.expires_at) == (State.REQUESTED, 1, after(60))
    assert world.rooms.shows == {"approvals/0": ["A deal: requested"]}
    (event,) = world.events
    assert isinstance(event, ApprovalRequested)
    assert (event.event_id, event.terms_digest) == ("approval#deal-1#requested", DIGEST)
    stored = world.approvals.get("deal-1")
    assert (stored.execution, stored.delivered, stored.due()) == (EXECUTION, False, after(30))
    assert stored.held_until is None


def test_no_token_is_kept_as_it_is_or_announced(world: World) -> None:
    world.ask(token="TOP-SECRET")
    stored = world.approvals.get("deal-1")
    assert stored.token == b"sealed:deal-1:TOP-SECRET"
    told = [repr(stored), *(event.model_dump_json() for event in world.events)]
    assert not any("SECRET" in text for text in told)


def test_asked_again_it_is_the_same_question_and_the_newer_token_counts(world: World) -> None:
    first = world.ask(token="one")
    world.at(1)
    assert world.ask(token="two") == first
    assert world.rooms.posts == ["approvals"]
    world.answer()
    assert {token: told.approved for token, told in world.workflows.taken.items()} == {"two": True}


def test_an_older_token_does_not_replace_a_newer_one(world: World) -> None:
    world.at(1)
    world.ask(token="newer")
    world.at(0.5)
    world.ask(token="older")
    world.at(2)
    world.answer()
    assert world.workflows.taken.keys() == {"newer"}


def test_asked_again_once_it_is_decided_it_is_answered_at_once(world: World) -> None:
    world.ask(token="one")
    decided = world.answer(Answer.VETO).approval
    world.at(1)
    assert world.ask(token="two") == decided
    assert {told.reason for told in world.workflows.taken.values()} == {State.VETOED}
    assert world.workflows.taken.keys() == {"one", "two"}
    assert world.approvals.get("deal-1").delivered


@pytest.mark.parametrize(
    "changes", [{"terms_digest": "cd" * 32}, {"title": "Another"}, {"requester": "T1/U1"}]
)
def test_an_id_is_one_question_s(world: World, changes: dict[str, str]) -> None:
    world.ask()
    with pytest.raises(Conflict):
        world.ask(token="other", **changes)
    world.answer()
    assert world.workflows.taken.keys() == {"token"}


def test_what_cannot_be_asked_is_told_and_not_kept(world: World) -> None:
    with pytest.raises(InvalidInput, match="rule: is not one of deal, two"):
        world.ask(rule="war")
    for teams in ((), TEAMS[1:]):
        world.teams = teams
        with pytest.raises(Refused, match="approvers"):
            world.ask(requester="T2/U1")
    assert world.table.items == {}


def test_without_a_chat_it_is_asked_all_the_same_and_seen(world: World) -> None:
    world.rooms.configured = False
    world.ask()
    assert world.journal.lines == [("unasked", "deal-1", "approvals")]
    world.answer()
    assert world.workflows.taken["token"].approved
    assert world.approvals.get("deal-1").due() is None, "there is no message to correct"


@pytest.mark.parametrize("failure", [Unavailable("down"), Refused("no such channel")])
def test_a_chat_that_fails_is_told_at_the_next_tick(world: World, failure: Exception) -> None:
    world.rooms.failing = failure
    world.ask()
    assert world.journal.kinds() == ["trouble post"]
    world.rooms.failing = None
    world.at(1)
    world.approvals.sweep()
    world.approvals.sweep()
    assert world.rooms.posts == ["approvals"]


def test_a_table_that_is_down_asks_nobody(world: World) -> None:
    world.table.down = True
    with pytest.raises(Unavailable):
        world.ask()
    assert (world.rooms.posts, world.events) == ([], [])


@pytest.mark.parametrize(
    "rule",
    [
        {"quorum": 0, "minutes": 60, "room": "a"},
        {"quorum": 1, "minutes": 0, "room": "a"},
        {"quorum": 1, "minutes": 60, "room": ""},
        {"quorum": 1, "minutes": 60, "room": "a", "rooms": []},
        {"quorum": 1, "minutes": 1, "room": "a", "escalations": [_later("b")]},
        {"quorum": 1, "minutes": 2, "room": "a", "escalations": [_later("a")]},
        {"quorum": 1, "minutes": 2, "room": "a", "escalations": [_later("b"), _later("b")]},
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused(rule: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ApprovePolicy.model_validate({"rules": {"deal": rule}})
