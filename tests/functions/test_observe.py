"""functions/observe through its front door."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.functions.conftest import CONTEXT, Cloud

Event = Callable[[str], Any]


@pytest.fixture
def get(cloud: Cloud, fresh: Callable[[Any], Any], event: Event) -> Callable[..., Any]:
    from functions.observe import handler

    module = fresh(handler)

    def call(path: str, method: str = "GET", **query: str) -> Any:
        asked = event("observe/http")
        asked |= {"rawPath": path, "queryStringParameters": query}
        asked["requestContext"]["http"] |= {"path": path, "method": method}
        return module.http(asked, CONTEXT)

    return call


def test_health_is_public_and_tells_what_is_missing(get: Callable[..., Any]) -> None:
    health = json.loads(get("/health")["body"])
    assert health["status"] == "degraded"
    states = {name: provider["state"] for name, provider in health["ai_providers"].items()}
    assert set(states.values()) == {"not_configured"}
    assert health["components"] == {"keys": "ok"}


def test_health_says_what_each_alias_means_today(get: Callable[..., Any], cloud: Cloud) -> None:
    cloud.provider_keys = {"openai": "sk-test"}
    providers = json.loads(get("/health")["body"])["ai_providers"]
    openai, qwen = providers["openai-gpt-4o-mini"], providers["dashscope-qwen-turbo"]
    assert (openai["state"], openai["retires"]) == ("configured", "2027-01-14")
    assert "qwen3.8-flash answers instead" in qwen["warning"]
    assert providers["moonshot-v1-8k"]["warning"] is None
    assert (qwen["state"], qwen["model"]) == ("not_configured", "qwen-turbo")
    assert qwen["resolves_to"] == "qwen3.8-flash"


def test_a_table_that_is_down_shows(get: Callable[..., Any], cloud: Cloud) -> None:
    cloud.down = True
    assert json.loads(get("/health")["body"])["components"] == {"keys": "unreachable"}


def test_the_document_and_the_page_that_shows_it(get: Callable[..., Any]) -> None:
    document = get("/openapi.json")
    assert "/api/v1/analyze" in json.loads(document["body"])["paths"]
    assert get("/docs", format="json")["body"] == document["body"]
    page = get("/docs")
    assert page["headers"]["Content-Type"].startswith("text/html")
    assert "/api/v1/analyze" in page["body"]
    assert "connect-src 'self'" in page["headers"]["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "method", "status"), [("/nope", "GET", 404), ("/health", "POST", 405)]
)
def test_what_no_route_matches(
    get: Callable[..., Any], path: str, method: str, status: int
) -> None:
    answer = get(path, method)
    assert answer["statusCode"] == status
    assert answer["headers"]["content-type"] == "application/problem+json"
