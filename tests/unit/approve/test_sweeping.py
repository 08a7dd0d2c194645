"""Whatever dies, is late or was lost: a clock sees every question to its end."""

from typing import Any

import pytest

from labverse.approve.deciding import Shown
from labverse.approve.models import Answer, State
from labverse.approve.ports import Standing
from labverse.kernel.errors import Refused, Unavailable
from tests.unit.approve.asked import after
from tests.unit.approve.fakes import EXECUTION, Death, World


@pytest.fixture
def world() -> World:
    made = World()
    made.ask()
    return made


def reasons(world: World) -> list[State]:
    return [told.reason for told in world.workflows.taken.values()]


def test_silence_is_a_veto(world: World) -> None:
    world.at(59.9)
    world.approvals.sweep()
    assert reasons(world) == []
    world.at(60)
    world.approvals.sweep()
    (told,) = world.workflows.taken.values()
    assert (told.approved, told.reason, told.decided_by) == (False, State.EXPIRED, None)
    assert told.decided_at == after(60)
    assert world.rooms.shows["approvals/0"][-1] == "A deal: expired"
    assert world.approvals.get("deal-1").due() is None
    assert world.answer().shown is Shown.ALREADY_DECIDED


def test_others_are_told_when_nobody_decides_and_corrected_when_somebody_did(world: World) -> None:
    world.at(29.9)
    world.approvals.sweep()
    assert world.rooms.posts == ["approvals"]
    world.at(30)
    for _ in range(3):
        world.approvals.sweep()
    assert world.rooms.posts == ["approvals", "leads"]
    assert world.approvals.get("deal-1").due() == after(60)
    world.answer()
    world.approvals.refresh("deal-1")
    shown = {reference: told[-1] for reference, told in world.rooms.shows.items()}
    assert shown == {"approvals/0": "A deal: approved", "leads/1": "A deal: approved"}


@pytest.mark.parametrize("dies", ["before", "after"])
def test_whoever_dies_beside_the_answer_is_made_good(world: World, dies: str) -> None:
    world.workflows.dies = dies
    with pytest.raises(Death):
        world.answer()
    assert world.approvals.get("deal-1").approval.state is State.APPROVED
    world.approvals.sweep()
    assert not world.approvals.get("deal-1").delivered, "the winner may still be at it"
    world.at(1)
    world.approvals.sweep()
    assert reasons(world) == [State.APPROVED]
    assert world.approvals.get("deal-1").delivered
    assert world.rooms.shows["approvals/0"][-1] == "A deal: approved"
    assert world.kinds() == ["ApprovalRequested", "ApprovalDecided"]
    world.at(2)
    calls = world.workflows.calls
    assert world.approvals.sweep().seen == 0
    assert world.workflows.calls == calls


def test_whoever_dies_before_posting_is_made_good_once(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()

    def killed(*_: Any) -> None:
        raise Death

    with monkeypatch.context() as patch:
        patch.setattr(world.rooms, "post", killed)
        with pytest.raises(Death):
            world.ask()
    world.approvals.sweep()
    assert world.rooms.posts == [], "somebody may still be at it"
    world.at(1.1)
    for _ in range(2):
        world.approvals.sweep()
    assert world.rooms.posts == ["approvals"]


def test_what_waits_for_a_dead_execution_is_abandoned(world: World) -> None:
    world.workflows.standings[EXECUTION] = Standing.OVER
    world.at(0.1)
    world.approvals.sweep()
    assert world.approvals.get("deal-1").approval.open, "an execution may not be seen at once"
    world.at(1)
    world.approvals.sweep()
    stored = world.approvals.get("deal-1")
    assert (stored.approval.state, stored.due()) == (State.ABANDONED, None)
    assert world.rooms.shows["approvals/0"][-1] == "A deal: abandoned"
    assert world.workflows.calls == 0
    assert world.kinds()[-1] == "ApprovalDecided"
    assert world.answer().shown is Shown.ABANDONED


def test_an_execution_that_ends_takes_its_questions_along(world: World) -> None:
    world.ask(token="other", execution=f"{EXECUTION}2", id="deal-2")
    assert world.approvals.ended(EXECUTION) == 1
    assert world.approvals.ended(EXECUTION) == 0
    assert world.approvals.get("deal-1").approval.state is State.ABANDONED
    assert world.approvals.get("deal-2").approval.open


@pytest.mark.parametrize(
    ("standing", "state"),
    [
        (Standing.RUNNING, State.APPROVED),
        (Standing.SUCCEEDED, State.APPROVED),
        (Standing.OVER, State.ABANDONED),
    ],
)
def test_a_dead_token_is_harmless(world: World, standing: Standing, state: State) -> None:
    world.workflows.dead.add("token")
    world.workflows.standings[EXECUTION] = standing
    answered = world.answer()
    gone = state is State.ABANDONED
    assert answered.shown is (Shown.ABANDONED if gone else Shown.APPROVED)
    assert answered.approval.state is state
    stored = world.approvals.get("deal-1")
    assert (stored.approval.state, stored.delivered) == (state, True)
    assert world.kinds() == ["ApprovalRequested", "ApprovalDecided"]


def test_a_decision_stands_while_no_workflow_can_be_told(world: World) -> None:
    world.workflows.down = True
    assert world.answer().shown is Shown.APPROVED
    assert world.journal.kinds() == ["trouble deliver"]
    world.at(1)
    assert world.approvals.sweep().failed == 1
    world.workflows.down = False
    assert world.answer(Answer.VETO, user="U2").shown is Shown.ALREADY_DECIDED
    assert world.approvals.sweep().failed == 0
    assert reasons(world) == [State.APPROVED]


def test_one_that_fails_does_not_stop_the_others(world: World) -> None:
    world.ask(token="other", execution=f"{EXECUTION}2", id="deal-2")
    item = world.table.items["deal-1"]
    world.table.items["deal-1"] = {**item, "token": {"B": b"another's"}}
    world.at(60)
    assert world.approvals.sweep().failed == 1
    assert world.workflows.taken.keys() == {"other"}
    assert ("trouble token", "deal-1", "Refused") in world.journal.lines
    world.workflows.standings[EXECUTION] = Standing.OVER
    world.at(61)
    assert world.approvals.sweep().failed == 0
    assert world.approvals.get("deal-1").approval.state is State.ABANDONED


def test_a_message_that_cannot_be_corrected_is_tried_again_and_one_that_is_gone_is_not(
    world: World,
) -> None:
    world.answer()
    world.rooms.failing = Unavailable("slow")
    world.approvals.refresh("deal-1")
    assert world.approvals.get("deal-1").due() is not None
    world.rooms.failing = Refused("message_not_found")
    world.approvals.sweep()
    assert world.approvals.get("deal-1").due() is None
    assert world.journal.kinds() == ["decided", "trouble update", "trouble update"]


def test_a_vote_is_shown_at_the_next_tick(world: World) -> None:
    world.ask(id="deal-2", rule="two", requester="key:k")
    world.answer(approval_id="deal-2")
    world.approvals.sweep()
    assert world.rooms.shows["approvals/1"] == ["A deal: requested", "A deal: requested 1"]


def test_a_slow_chat_holds_up_no_decision_and_not_for_ever(world: World) -> None:
    for number in range(9):
        world.ask(id=f"old-{number}", token=f"old-{number}", requester="key:k")
        world.answer(approval_id=f"old-{number}")
    world.at(60)

    def wait() -> None:
        world.clock.seconds += 5

    world.rooms.slow = wait
    world.approvals.sweep()
    assert world.approvals.get("deal-1").approval.state is State.EXPIRED
    assert world.workflows.taken["token"].reason is State.EXPIRED
    assert world.clock.seconds <= 60 * 60 + 12 + 5
    for _ in range(4):
        world.approvals.sweep()
    assert world.approvals.sweep().seen == 0
