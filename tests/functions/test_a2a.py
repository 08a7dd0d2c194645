"""A2A's own client negotiates with functions/negotiate, its workflow's states run in order."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from a2a.client import A2ACardResolver, Client, ClientConfig, ClientFactory
from a2a.types import CancelTaskRequest, Task, TaskState

from tests.functions.a2a.conftest import headers_of
from tests.functions.a2a.messages import data_of, get, message, send
from tests.functions.bargaining import Bargaining, Market, cloud, deals
from tests.functions.conftest import CONTEXT

__all__ = ["cloud", "deals"]


@asynccontextmanager
async def client(deals: Bargaining, event: Any) -> AsyncIterator[Client]:
    """A client that found the card at API Gateway's address."""

    def through_the_door(request: httpx.Request) -> httpx.Response:
        context = event["requestContext"]
        http = {**context["http"], "method": request.method, "path": request.url.path}
        given = {
            **event,
            "rawPath": request.url.path,
            "headers": dict(request.headers),
            "requestContext": {**context, "http": http},
            "body": request.content.decode() or None,
        }
        answer = deals.handler.http(given, CONTEXT)
        body = answer["body"].encode()
        return httpx.Response(answer["statusCode"], headers=headers_of(answer), content=body)

    base = f"https://{event['requestContext']['domainName']}"
    transport = httpx.MockTransport(through_the_door)
    headers = {"x-api-key": deals.market.key}
    async with httpx.AsyncClient(transport=transport, headers=headers) as http:
        card = await A2ACardResolver(http, base).get_agent_card()
        yield ClientFactory(ClientConfig(httpx_client=http)).create(card)


def test_a_deal_with_its_certificate(deals: Bargaining, event: Callable[[str], Any]) -> None:
    async def life() -> None:
        async with client(deals, event("negotiate/http")) as agent:
            task = await send(agent, message())
            assert task.status.state == TaskState.TASK_STATE_WORKING
            deals.propose(task.id)
            task = await get(agent, task.id)
            assert task.status.state == TaskState.TASK_STATE_INPUT_REQUIRED
            deals.decide(deals.shown(task.id))
            task = await get(agent, task.id)
            assert task.status.state == TaskState.TASK_STATE_COMPLETED
            told = data_of(task)
            shown = deals.shown(task.id)
            assert (told["type"], told["certificate"]) == ("deal", shown["certificate"])
            assert told["certificate"]["gap"] <= 1e-6
            assert told["deal"] == shown["deal"]
            assert json.dumps(told["impact"]["per_agent"]) != "[]"

    asyncio.run(life())


@pytest.mark.parametrize("reason", ["vetoed", "expired"])
def test_a_veto_is_a_rejection(deals: Bargaining, event: Callable[[str], Any], reason: str) -> None:
    async def life() -> Task:
        async with client(deals, event("negotiate/http")) as agent:
            task = await send(agent, message())
            deals.propose(task.id)
            deals.decide(deals.shown(task.id), reason)
            return await get(agent, task.id)

    task = asyncio.run(life())
    assert task.status.state == TaskState.TASK_STATE_REJECTED
    assert data_of(task)["type"] == "refusal"


def test_a_canceled_task_asks_nobody(
    deals: Bargaining, cloud: Market, event: Callable[[str], Any]
) -> None:
    async def life() -> Task:
        async with client(deals, event("negotiate/http")) as agent:
            task = await send(agent, message())
            deals.propose(task.id)
            return await agent.cancel_task(CancelTaskRequest(id=task.id))

    task = asyncio.run(life())
    assert task.status.state == TaskState.TASK_STATE_CANCELED
    assert cloud.executions[task.id] == "ABORTED"


def test_the_same_deal_has_the_same_terms_as_over_http(
    deals: Bargaining, event: Callable[[str], Any]
) -> None:
    """Protobuf's numbers are doubles: digests must not show which door a request came by."""

    async def life() -> str:
        async with client(deals, event("negotiate/http")) as agent:
            task = await send(agent, message())
            deals.propose(task.id)
            deals.decide(deals.shown(task.id), "vetoed")
            return str(data_of(await get(agent, task.id))["deal"]["digest"])

    digest = asyncio.run(life())
    over_http = deals.settle({"goal": "Cross-platform content syndication",
                              "platforms": ["tiktok", "spotify"]})  # fmt: skip
    assert over_http["deal"]["digest"] == digest
