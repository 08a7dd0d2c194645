"""Every state of a negotiation is one of a task, in shapes that both versions' own types take."""

from typing import Any

import pytest
from a2a.compat.v0_3 import types as old
from a2a.types import Task, TaskState
from a2a.utils.proto_utils import validate_proto_required_fields
from google.protobuf.json_format import ParseDict
from hypothesis import given, settings
from hypothesis import strategies as st

from labverse.negotiate.a2a import legacy, tasks
from labverse.negotiate.a2a.agent import id_of
from labverse.negotiate.models import Negotiation
from labverse.negotiate.service import Asker
from labverse.negotiate.states import State
from tests.unit.negotiate.a2a.desk import DEAL, REQUEST, Desk

SEEN: dict[State, tuple[str, str | None]] = {
    State.WORKING: ("TASK_STATE_WORKING", None),
    State.WAITING: ("TASK_STATE_INPUT_REQUIRED", "proposal"),
    State.AGREED: ("TASK_STATE_COMPLETED", "deal"),
    State.REFUSED: ("TASK_STATE_REJECTED", "refusal"),
    State.NO_AGREEMENT: ("TASK_STATE_COMPLETED", "no_agreement"),
    State.NO_EQUILIBRIUM: ("TASK_STATE_COMPLETED", "no_equilibrium"),
    State.FAILED: ("TASK_STATE_FAILED", None),
    State.CANCELED: ("TASK_STATE_CANCELED", None),
}


def asked() -> tuple[Desk, Negotiation]:
    """A negotiation about which a person is asked."""
    desk = Desk()
    opened = desk.negotiations.open("n-1", REQUEST, Asker("key:mine"))
    return desk, desk.ask(opened.id)


def settled(state: State) -> Negotiation:
    desk, record = asked()
    return desk.settle(record.id, state)


@pytest.mark.parametrize("state", State)
def test_each_state_and_its_artifact(state: State) -> None:
    made = tasks.task(settled(state))
    names = [one["name"] for one in made.get("artifacts", ())]
    wanted, artifact = SEEN[state]
    assert (made["status"]["state"], names) == (wanted, [artifact] if artifact else [])


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("history", [None, 0, 1, 2, 9])
def test_both_versions_own_types_take_it(state: State, history: int | None) -> None:
    record = settled(state)
    made = tasks.task(record, history)
    # Unknown members would be an error.
    task = ParseDict(made, Task())
    validate_proto_required_fields(task)
    assert len(task.history) == (2 if history is None else min(history, 2))
    earlier = legacy.task(made)
    before = old.Task.model_validate(earlier)
    assert before.status.state.value.replace("-", "_").upper() == TaskState.Name(
        task.status.state
    ).removeprefix("TASK_STATE_")
    assert len(before.history or ()) == len(task.history)
    assert len(before.artifacts or ()) == len(task.artifacts)


def test_the_last_of_the_history_is_kept() -> None:
    _, record = asked()
    (last,) = tasks.task(record, 1)["history"]
    assert last["parts"][0]["text"] == "spotify wants reach"


def test_an_artifact_is_the_record_without_what_is_ours() -> None:
    (artifact,) = tasks.task(settled(State.AGREED))["artifacts"]
    data, words = artifact["parts"]
    assert data["mediaType"] == "application/json"
    assert data["data"]["deal"]["terms"] == DEAL.terms
    assert words == {"text": DEAL.words}
    assert not {"request", "context_id"} & data["data"].keys()


def test_a_conversation_is_kept_or_begins() -> None:
    desk, record = asked()
    assert tasks.context_id(record) == record.id
    other = desk.negotiations.open("n-2", REQUEST, Asker("key:mine", "our-talk"))
    assert tasks.task(other)["contextId"] == "our-talk"


TEXT = st.text(max_size=20)


@settings(deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT), min_size=2, max_size=2, unique=True))
def test_another_caller_or_message_is_another_task(pairs: list[tuple[str, str]]) -> None:
    requesters: list[Any] = [f"key:{requester.encode().hex()}" for requester, _ in pairs]
    first, second = (id_of(who, said) for who, (_, said) in zip(requesters, pairs, strict=True))
    assert first != second
    assert len(first) == 44
