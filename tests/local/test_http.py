"""The deployed app over real HTTP: the main job, who may ask, and what is refused how."""

from datetime import UTC, datetime
from typing import Any

import pytest

from labverse.adapters import doors
from labverse.platform.keys import mint
from tests.cloud import Deployed

QUESTION = "What is the capital of France?"


def test_a_real_model_answers(deployed: Deployed) -> None:
    response = deployed.ask(QUESTION)
    answer = response.json()
    assert response.status_code == 200, answer
    assert "Paris" in answer["text"]
    assert answer["model"].startswith("small-local-model:") or answer["provider"] == "ollama"
    assert [attempt["outcome"] for attempt in answer["attempts"]] == ["ok"]
    assert answer["tokens"]["output"] >= 1
    assert answer["latency_ms"] >= answer["attempts"][-1]["latency_ms"] > 0


def test_a_bearer_key_opens_the_same_door(deployed: Deployed) -> None:
    headers = {"authorization": f"Bearer {deployed.facts['api_key']}"}
    body = {"text": QUESTION}
    assert deployed.http.post("/api/v1/analyze", json=body, headers=headers).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"x-api-key": "lv_000000000000_wrong"}])
def test_without_a_key_nobody_gets_in(deployed: Deployed, headers: dict[str, str]) -> None:
    response = deployed.http.post("/api/v1/analyze", content=b"{not json", headers=headers)
    problem(response, 401)


def test_scopes_and_revocation(deployed: Deployed) -> None:
    clients = deployed.client("dynamodb"), deployed.client("secretsmanager")
    keys = doors.registry("local", deployed.facts["keys_table"], *clients)
    for scopes, revoked, status in (
        ({"route"}, False, 200),
        ({"revenue"}, False, 403),
        ({"route"}, True, 401),
    ):
        key, record = mint("a test", frozenset(scopes), datetime.now(UTC))
        keys.create(record)
        if revoked:
            keys.revoke(record.key_id, datetime.now(UTC))
        response = deployed.http.post(
            "/api/v1/analyze", json={"text": QUESTION}, headers={"x-api-key": key}
        )
        assert response.status_code == status, response.text


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"{", 422, "body"),
        (b"", 422, "body"),
        (b"\xff", 422, "body"),
        (b"[]", 422, "body"),
        (b'{"text": 5}', 422, "text"),
        (b'{"text": " "}', 422, "text"),
        (b'{"text": "x", "max_latency_ms": "soon"}', 422, "max_latency_ms"),
        (b'{"text": "x", "max_cost_usd": 1e-9}', 422, "max_cost_usd"),
        (b'{"text": "x", "colour": "red"}', 422, "colour"),
        (b'{"text": "x", "model": "gpt-9"}', 422, "model"),
        (b'{"text": "' + b"word " * 20_000 + b'"}', 422, "text"),
        (b'{"text": "' + b"x" * 1_000_000 + b'"}', 413, None),
        (b'{"text": "' + b"x" * 5_000_000 + b'"}', 413, None),
    ],
)
def test_bad_bodies_name_the_field(
    deployed: Deployed, body: bytes, status: int, field: str | None
) -> None:
    headers = {**deployed.key, "content-type": "application/json"}
    found = problem(deployed.http.post("/api/v1/analyze", content=body, headers=headers), status)
    assert [item["field"] for item in found.get("errors", [])] == ([field] if field else [])


def test_what_no_route_matches(deployed: Deployed) -> None:
    problem(deployed.http.get("/api/v1/nothing"), 404)
    response = deployed.http.get("/api/v1/analyze")
    problem(response, 405)
    assert response.headers["allow"] == "POST"


def test_health_document_and_page_are_public(deployed: Deployed) -> None:
    health = deployed.http.get("/health").json()
    assert (health["status"], health["components"]) == ("ok", {"keys": "ok"})
    assert health["ai_providers"]["ollama"]["state"] == "ok"
    assert "/api/v1/analyze" in deployed.http.get("/openapi.json").json()["paths"]
    assert "swagger" in deployed.http.get("/docs").text.lower()


def problem(response: Any, status: int) -> dict[str, Any]:
    """The RFC 9457 problem that `response` must be."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["trace_id"]
    return body
