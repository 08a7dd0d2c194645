"""The official client drives tasks through their whole life, in both versions."""

import asyncio
from typing import Any, NamedTuple

import pytest
from a2a.types import CancelTaskRequest, ListTasksRequest, TaskState
from a2a.utils.errors import (
    TaskNotCancelableError,
    TaskNotFoundError,
    UnsupportedOperationError,
)

from labverse.negotiate.states import State
from tests.functions.a2a.conftest import Connect, Door
from tests.functions.a2a.messages import VERSIONS, data_of, get, message, send
from tests.unit.negotiate.a2a.desk import CERTIFICATE, DEAL, Desk


def asked(desk: Desk) -> None:
    """The workflow comes to a person's question."""
    desk.ask(desk.started[0])


@pytest.mark.parametrize("version", VERSIONS)
def test_a_deal_is_agreed(connect: Connect, desk: Desk, version: str) -> None:
    async def life() -> None:
        async with connect(version) as client:
            task = await send(client, message(context_id="our-talk"))
            assert task.status.state == TaskState.TASK_STATE_WORKING
            assert (task.context_id, len(task.artifacts)) == ("our-talk", 0)
            assert desk.started == [task.id]
            desk.ask(task.id)
            task = await get(client, task.id)
            assert task.status.state == TaskState.TASK_STATE_INPUT_REQUIRED
            assert data_of(task)["type"] == task.artifacts[0].name == "proposal"
            assert [one.parts[0].text for one in task.history] == [
                "tiktok wants reach", "spotify wants reach",
            ]  # fmt: skip
            desk.settle(task.id, State.AGREED)
            task = await get(client, task.id)
            assert task.status.state == TaskState.TASK_STATE_COMPLETED
            deal = data_of(task)
            assert deal["type"] == task.artifacts[0].name == "deal"
            assert deal["certificate"] == CERTIFICATE
            assert deal["deal"]["terms"] == DEAL.terms
            assert deal["deal"]["digest"] == DEAL.digest
            assert task.artifacts[0].parts[1].text == DEAL.words

    asyncio.run(life())


class End(NamedTuple):
    """How a negotiation ends, and what a client sees of that."""

    state: State
    reason: str
    seen: Any
    artifact: str | None


ENDS = (
    End(State.REFUSED, "vetoed", TaskState.TASK_STATE_REJECTED, "refusal"),
    End(State.REFUSED, "expired", TaskState.TASK_STATE_REJECTED, "refusal"),
    End(State.NO_AGREEMENT, "empty_zopa", TaskState.TASK_STATE_COMPLETED, "no_agreement"),
    End(State.NO_EQUILIBRIUM, "none", TaskState.TASK_STATE_COMPLETED, "no_equilibrium"),
    End(State.FAILED, "interrupted", TaskState.TASK_STATE_FAILED, None),
)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("end", ENDS, ids=[f"{end.state}: {end.reason}" for end in ENDS])
def test_every_other_end(connect: Connect, desk: Desk, version: str, end: End) -> None:
    async def life() -> None:
        async with connect(version) as client:
            task = await send(client, message())
            desk.settle(task.id, end.state, reason=end.reason)
            task = await get(client, task.id)
            assert task.status.state == end.seen
            assert end.reason in task.status.message.parts[0].text
            if end.artifact is None:
                assert not task.artifacts
            else:
                assert data_of(task)["type"] == task.artifacts[0].name == end.artifact
                assert data_of(task)["reason"] == end.reason
            with pytest.raises(TaskNotCancelableError):
                await client.cancel_task(CancelTaskRequest(id=task.id))
            with pytest.raises(UnsupportedOperationError):
                await send(client, message("m-2", task_id=task.id))

    asyncio.run(life())


@pytest.mark.parametrize("version", VERSIONS)
def test_it_is_canceled_while_a_person_is_asked(connect: Connect, desk: Desk, version: str) -> None:
    async def life() -> None:
        async with connect(version) as client:
            task = await send(client, message())
            desk.ask(task.id)
            task = await client.cancel_task(CancelTaskRequest(id=task.id))
            assert task.status.state == TaskState.TASK_STATE_CANCELED
            assert desk.stopped == [task.id]
            with pytest.raises(TaskNotCancelableError):
                await client.cancel_task(CancelTaskRequest(id=task.id))

    asyncio.run(life())


@pytest.mark.parametrize("version", VERSIONS)
def test_the_same_message_is_the_same_task(
    connect: Connect, desk: Desk, door: Door, version: str
) -> None:
    async def life() -> None:
        async with connect(version) as client:
            first = await send(client, message())
            again = await send(client, message())
            assert (again.id, desk.started) == (first.id, [first.id])
            assert (await send(client, message("m-2"))).id != first.id
        async with connect(version, door.other) as stranger:
            assert (await send(stranger, message())).id != first.id

    asyncio.run(life())


@pytest.mark.parametrize("version", VERSIONS)
def test_to_others_there_is_no_such_task(connect: Connect, door: Door, version: str) -> None:
    async def life() -> None:
        async with connect(version) as client:
            task = await send(client, message())
        async with connect(version, door.other) as stranger:
            with pytest.raises(TaskNotFoundError):
                await get(stranger, task.id)
            with pytest.raises(TaskNotFoundError):
                await stranger.cancel_task(CancelTaskRequest(id=task.id))
            with pytest.raises(TaskNotFoundError):
                await send(stranger, message("m-2", task_id=task.id))

    asyncio.run(life())


@pytest.mark.parametrize("version", VERSIONS)
def test_a_call_is_held_back_until_a_person_is_asked(
    connect: Connect, desk: Desk, version: str
) -> None:
    async def life() -> None:
        async with connect(version) as client:
            desk.meanwhile = lambda: asked(desk)
            task = await send(client, message(), at_once=False)
            assert task.status.state == TaskState.TASK_STATE_INPUT_REQUIRED
            assert len(desk.pauses) == 1
            again = await send(client, message("m-2", task_id=task.id), at_once=False)
            assert (again, len(desk.pauses)) == (task, 1)

    asyncio.run(life())


@pytest.mark.parametrize("version", VERSIONS)
def test_it_is_held_back_ten_seconds_at_most(connect: Connect, desk: Desk, version: str) -> None:
    async def life() -> None:
        async with connect(version) as client:
            task = await send(client, message(), at_once=False)
            assert task.status.state == TaskState.TASK_STATE_WORKING
            assert sum(desk.pauses) == 10

    asyncio.run(life())


def test_open_tasks_are_listed_page_by_page(connect: Connect, desk: Desk, door: Door) -> None:
    async def life() -> None:
        async with connect(key=door.other) as stranger:
            await send(stranger, message())
        async with connect() as client:
            made = [(await send(client, message(f"m-{number}"))).id for number in range(5)]
            for task_id in made:
                desk.ask(task_id)
            seen: list[str] = []
            token = ""
            for _ in range(3):
                asked = ListTasksRequest(page_size=2, page_token=token)
                page = await client.list_tasks(asked)
                assert (page.total_size, page.page_size) == (5, 2)
                assert not any(task.artifacts for task in page.tasks)
                seen += [task.id for task in page.tasks]
                token = page.next_page_token
            assert (seen, token) == (made[::-1], "")

    asyncio.run(life())
