"""OpenAI's own SDK against functions/route, without a network: a router among scripted models."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import openai
import pytest

from labverse.adapters.dynamodb_answers import DynamoAnswers
from labverse.platform.keys import mint
from labverse.route.cached import CachedTask
from labverse.route.models import Tokens
from labverse.route.ports import Call, ProviderFailure, Reply
from tests.functions.conftest import CONTEXT, Cloud
from tests.unit.platform.fakes import PEPPERS
from tests.unit.route.fakes import FakeAnnouncer, FakeKeys, World

COUNTED = Tokens(input=13, cached_input=8, output=2)


def said(text: str, **more: Any) -> Reply:
    """A model's answer."""
    told = {"model": "alpha-1-really", "tokens": COUNTED, "finish": "stop", **more}
    return Reply(text=text, **told)


class Models:
    """Every provider answers `reply`, or what `reply` makes of the call; `calls` is what came."""

    def __init__(self) -> None:
        self.reply: Reply | ProviderFailure | Callable[[Call], Reply] = said("Paris")
        self.calls: list[Call] = []

    def complete(self, call: Call) -> Reply:
        self.calls.append(call)
        if isinstance(self.reply, ProviderFailure):
            raise self.reply
        return self.reply if isinstance(self.reply, Reply) else self.reply(call)


@pytest.fixture
def models() -> Models:
    return Models()


@pytest.fixture
def keys() -> FakeKeys:
    """The providers that are configured; beside them there is the local model `small`."""
    return FakeKeys("alpha")


@pytest.fixture
def http(
    route: Any, cloud: Cloud, models: Models, keys: FakeKeys, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Any], Any]:
    """The function's front door, with scripted models behind the real router."""
    world = World(keys=keys)
    world.catalogue.providers.update(dict.fromkeys(world.fleet, models))  # type: ignore[attr-defined]
    store: Any = cloud.answers
    answers = DynamoAnswers("answers", store, bound=10)
    task = CachedTask(world.router, FakeAnnouncer(), answers=answers, config="")
    monkeypatch.setattr(route, "answer_task", lambda: task)
    return lambda event: route.http(event, CONTEXT)


def _event(request: httpx2.Request) -> dict[str, Any]:
    """The request as API Gateway hands it to a function."""
    told = {"method": request.method, "path": request.url.path, "sourceIp": "192.0.2.1"}
    return {
        "version": "2.0",
        "rawPath": request.url.path,
        "rawQueryString": "",
        "headers": dict(request.headers),
        "requestContext": {"requestId": "trace-1", "stage": "$default", "http": told},
        "body": request.content.decode() or None,
        "isBase64Encoded": False,
    }


@pytest.fixture
def connect(http: Callable[[Any], Any]) -> Iterator[Callable[[str], openai.OpenAI]]:
    """The SDK as its users make it, but for the transport and that it does not try again."""

    def through_the_door(request: httpx2.Request) -> httpx2.Response:
        answer = http(_event(request))
        return httpx2.Response(
            answer["statusCode"], headers=answer["headers"], content=answer["body"].encode()
        )

    with httpx2.Client(transport=httpx2.MockTransport(through_the_door)) as client:
        yield lambda key: openai.OpenAI(
            base_url="https://labverse.example/v1", api_key=key, http_client=client, max_retries=0
        )


@pytest.fixture
def sdk(connect: Callable[[str], openai.OpenAI], cloud: Cloud) -> openai.OpenAI:
    return connect(cloud.key)


@pytest.fixture
def other_key(cloud: Cloud) -> str:
    """A good key without route's scope."""
    key, record = mint("other", frozenset({"revenue"}), datetime.now(UTC))
    cloud.records[record.key_id] = record.sealed(PEPPERS)
    return key
