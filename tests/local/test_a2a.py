"""The official A2A client against the deployed app: a person's word ends what it began."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest
from a2a.client import A2ACardResolver, Client, ClientConfig, ClientFactory
from a2a.types import CancelTaskRequest, ListTasksRequest, Part, Task, TaskState
from a2a.utils.errors import TaskNotCancelableError
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Value

from tests.cloud import Deployed
from tests.functions.a2a.messages import VERSIONS, data_of, get, message, send
from tests.functions.negotiate.stated import changed, three_prices
from tests.local.workflows import Asking, asking, until

ANA = "T0LOCAL/U0ANA"
SECONDS = 120.0
"""On a busy machine, each state of the workflow starts a process first."""
WAITING, COMPLETED = TaskState.TASK_STATE_INPUT_REQUIRED, TaskState.TASK_STATE_COMPLETED
Life = Callable[[Client], Awaitable[None]]


@pytest.fixture
def office(deployed: Deployed) -> Iterator[Asking]:
    with asking(deployed) as made:
        yield made


@asynccontextmanager
async def client(deployed: Deployed, version: str) -> AsyncIterator[Client]:
    """A client as the card makes it."""
    async with httpx.AsyncClient(headers=deployed.key, timeout=SECONDS) as http:
        card = await A2ACardResolver(http, deployed.facts["api_url"]).get_agent_card()
        only = [one for one in card.supported_interfaces if one.protocol_version == version]
        del card.supported_interfaces[:]
        card.supported_interfaces.extend(only)
        yield ClientFactory(ClientConfig(httpx_client=http)).create(card)


def lived(deployed: Deployed, version: str, life: Life) -> None:
    async def run() -> None:
        async with client(deployed, version) as agent:
            await life(agent)

    asyncio.run(run())


async def opened(agent: Client) -> Task:
    """A task of terms that nobody else agrees, once a person is asked about them."""
    name = uuid.uuid4().hex
    part = Part(data=ParseDict(changed(three_prices(), "goal", name), Value()))
    said = message(name, parts=[part])
    for _ in range(int(SECONDS / 10)):
        # The same message again: it is held back until there is news, ten seconds at most.
        task = await send(agent, said, at_once=False)
        if task.status.state != TaskState.TASK_STATE_WORKING:
            break
    assert task.status.state == WAITING, task
    return task


async def answered(agent: Client, office: Asking, task: Task, answer: str) -> Task:
    """The task, once a person has said so and the workflow has ended."""
    proposal = data_of(task)
    # The record says that a person is asked a moment before he can see the question.
    until(lambda: office.item(proposal["approval"]["id"]), "an approval")
    reply = office.deployed.http.post(
        f"/api/v2/approvals/{proposal['approval']['id']}",
        json={"answer": answer, "terms_digest": proposal["deal"]["digest"]},
        headers=office.key(ANA),
        timeout=SECONDS,
    )
    assert reply.status_code == 200, reply.text
    end = asyncio.get_running_loop().time() + SECONDS
    while task.status.state == WAITING:
        assert asyncio.get_running_loop().time() < end, "the workflow does not end"
        await asyncio.sleep(0.5)
        task = await get(agent, task.id)
    return task


@pytest.mark.parametrize("version", VERSIONS)
def test_a_person_approves(deployed: Deployed, office: Asking, version: str) -> None:
    async def life(agent: Client) -> None:
        task = await answered(agent, office, await opened(agent), "approve")
        assert task.status.state == COMPLETED
        told = data_of(task)
        assert (told["type"], told["approval"]["decided_by"]) == ("deal", ANA)
        assert told["certificate"]["gap"] <= 1e-6
        with pytest.raises(TaskNotCancelableError):
            await agent.cancel_task(CancelTaskRequest(id=task.id))

    lived(deployed, version, life)


def test_a_person_vetoes(deployed: Deployed, office: Asking) -> None:
    async def life(agent: Client) -> None:
        task = await answered(agent, office, await opened(agent), "veto")
        assert task.status.state == TaskState.TASK_STATE_REJECTED
        assert data_of(task)["reason"] == "vetoed"

    lived(deployed, "1.0", life)


def test_it_is_listed_until_it_is_canceled(deployed: Deployed) -> None:
    async def life(agent: Client) -> None:
        task = await opened(agent)
        page = await agent.list_tasks(ListTasksRequest(context_id=task.context_id))
        assert [one.id for one in page.tasks] == [task.id]
        task = await agent.cancel_task(CancelTaskRequest(id=task.id))
        assert task.status.state == TaskState.TASK_STATE_CANCELED

    lived(deployed, "1.0", life)
