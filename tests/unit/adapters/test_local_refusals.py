"""What stands in front of a local model, and what the model itself says, over real HTTP."""

from typing import Any

import httpx
import pytest

from labverse.adapters.openai_compatible import OpenAICompatible
from labverse.adapters.probes import LocalModelProbe
from labverse.route.choice import LOCAL
from labverse.route.models import Outcome
from labverse.route.ports import ProviderFailure
from tests.unit.adapters.apis import call
from tests.unit.adapters.faults import Server, replying

GATEWAY = {"message": "Service Unavailable"}
BUSY = {"error": {"message": "server busy, please try again.  maximum pending requests exceeded"}}


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (503, GATEWAY, "warming"),
        (503, {"error": {"message": "Loading model", "type": "unavailable_error"}}, "warming"),
        (503, b"", "warming"),
        (503, BUSY, "overloaded"),
        (503, {"error": {"type": "overloaded_error"}}, "overloaded"),
        (500, {"message": "Internal Server Error"}, "server_error"),
        (403, {"message": "Forbidden"}, "unauthorized"),
        (429, {"message": "Too Many Requests"}, "rate_limited"),
        (404, {"error": {"message": "model not found"}}, "rejected"),
    ],
)
def test_a_local_refusal(status: int, body: Any, outcome: Outcome, server: Server) -> None:
    server.behaviour = replying(status, body, retry_after="7")
    with pytest.raises(ProviderFailure) as caught:
        OpenAICompatible(server.url, server.client, LOCAL).complete(call())
    assert (caught.value.outcome, caught.value.retry_after) == (outcome, 7)


def test_another_providers_503_does_not_warm(server: Server) -> None:
    server.behaviour = replying(503, GATEWAY)
    with pytest.raises(ProviderFailure) as caught:
        OpenAICompatible(server.url, server.client, "openai").complete(call())
    assert caught.value.outcome == "server_error"


@pytest.mark.parametrize(
    ("status", "body", "state", "code"),
    [
        (200, {"data": []}, "ok", None),
        (503, GATEWAY, "warming", "503"),
        (403, {"message": "Forbidden"}, "unreachable", "403"),
    ],
)
def test_health(status: int, body: Any, state: str, code: str | None) -> None:
    told = httpx.MockTransport(lambda _: httpx.Response(status, json=body))
    with httpx.Client(transport=told) as client:
        health = LocalModelProbe("http://ollama/v1", "qwen2:7b", client).health()
    assert (health.state, health.model, health.last_error_code) == (state, "qwen2:7b", code)
