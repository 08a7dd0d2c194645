"""Any number of people answer at once, in as many processes: one decision, one token."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from labverse.approve.deciding import Shown
from labverse.approve.models import Answer, State
from labverse.approve.service import Answered
from labverse.approve.stored import Stored
from labverse.kernel.errors import NotFound, Unavailable
from tests.unit.approve.asked import after, click
from tests.unit.approve.fakes import World

PEOPLE = [("T1", "U1"), ("T1", "U2"), ("T2", "U1")]


@pytest.fixture
def world() -> World:
    return World()


def at_once(world: World, answers: list[dict[str, Any]]) -> list[Answered]:
    """Each in a process of its own, as far as the use cases know."""
    ready = Barrier(len(answers))

    def answer(given: dict[str, Any]) -> Answered:
        approvals = world.approvals
        ready.wait()
        return approvals.answer(click(**given))

    with ThreadPoolExecutor(len(answers)) as pool:
        return list(pool.map(answer, answers))


@pytest.mark.parametrize("_again", range(5))
def test_two_deciders_at_once_make_one_decision(world: World, _again: int) -> None:
    world.ask()
    answers = [
        {"answer": answer, "team": team, "user": user}
        for answer in Answer
        for team, user in PEOPLE
        for _ in range(4)
    ]
    answered = at_once(world, answers)
    final = world.approvals.get("deal-1")
    shown = [each.shown for each in answered]
    won = [each for each in shown if each is not Shown.ALREADY_DECIDED]
    assert won == [Shown(str(final.approval.state))]
    assert world.workflows.calls == 1
    assert {each.approval.state for each in answered} == {final.approval.state}
    assert world.kinds().count("ApprovalDecided") == 1


def test_a_quorum_is_met_by_as_many_at_once(world: World) -> None:
    world.ask(rule="two")
    answered = at_once(world, [{"team": team, "user": user} for team, user in PEOPLE * 4])
    shown = sorted(each.shown for each in answered if each.shown is not Shown.ALREADY_DECIDED)
    assert shown.count(Shown.APPROVED) == shown.count(Shown.COUNTED) == 1
    assert set(shown) <= {Shown.APPROVED, Shown.COUNTED, Shown.ALREADY_COUNTED}
    assert world.workflows.calls == 1
    assert len(world.approvals.get("deal-1").approval.votes) == 2


def test_a_clock_and_a_person_at_once_agree(world: World) -> None:
    world.ask()
    world.at(60)
    ready = Barrier(2)

    def run(work: Any) -> Any:
        ready.wait()
        return work()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, (world.approvals.sweep, world.answer)))
    assert world.approvals.get("deal-1").approval.state is State.EXPIRED
    assert world.workflows.taken["token"].reason is State.EXPIRED


def test_a_write_that_is_sent_twice_is_won_once(world: World) -> None:
    """The SDK sends it again when its answer is lost: then it is there, and it is ours."""
    world.ask()
    seen = world.approvals.get("deal-1")
    by = seen.model_copy(update={"version": seen.version + 1})
    assert world.store.replace(seen, by)
    assert world.store.replace(seen, by)
    other = by.model_copy(update={"delivered": True})
    assert not world.store.replace(seen, other)
    assert not world.store.create(other)
    assert world.store.create(by)


def test_who_always_loses_is_told_to_try_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.ask()
    monkeypatch.setattr(type(world.store), "replace", lambda *_: False)
    with pytest.raises(Unavailable):
        world.answer()
    assert world.workflows.calls == 0


def test_nobody_answers_what_was_never_asked(world: World) -> None:
    with pytest.raises(NotFound):
        world.answer()
    with pytest.raises(NotFound):
        world.approvals.get("deal-1")


def test_what_is_listed_is_the_newest_first(world: World) -> None:
    for minute in range(5):
        world.at(minute)
        world.ask(id=f"deal-{minute}", token=f"t{minute}", requester="key:k")
    world.answer(approval_id="deal-1")
    world.approvals.refresh("deal-1")
    world.table.items["seen#1"] = {"approval_id": {"S": "seen#1"}}

    def ids(found: tuple[Stored, ...]) -> list[str]:
        return [each.id for each in found]

    assert ids(world.approvals.list()) == [f"deal-{n}" for n in (4, 3, 2, 1, 0)]
    assert ids(world.approvals.list(State.REQUESTED)) == [f"deal-{n}" for n in (4, 3, 2, 0)]
    assert ids(world.approvals.list(State.APPROVED)) == ["deal-1"]


def test_an_item_goes_long_after_its_time_is_over(world: World) -> None:
    world.ask()
    item = world.table.items["deal-1"]
    kept = int(item["expires_at"]["N"]) - after(60).timestamp()
    assert kept == 90 * 24 * 3600
    assert item["due"]["N"] == str(int(after(30).timestamp()))
