"""A provider that fails, from the first request to the probe: what each function says of it."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from labverse.adapters import dynamodb_circuits
from labverse.platform import files
from tests.functions.conftest import CONTEXT, Cloud, Model
from tests.functions.test_route import post

Event = Callable[[str], Any]
ALIAS = "openai-gpt-4o-mini"
TICK = {
    "version": "0", "id": "e1", "source": "aws.events", "detail-type": "Scheduled Event",
    "account": "000000000000", "region": "us-east-1", "resources": [],
    "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "detail": {},
}  # fmt: skip
SERVICE = {"desiredCount": 0, "capacityProviderStrategy": []}


class Provider(Model):
    """Answers like a model, or fails, or says that its quota is used up."""

    fault: tuple[int, dict[str, Any]] | None = None
    asked = 0

    def do_POST(self) -> None:  # noqa: N802 - as http.server calls it
        type(self).asked += 1
        if self.fault is None:
            super().do_POST()
            return
        status, body = self.fault
        raw = json.dumps(body).encode()
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(status)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


@pytest.fixture
def provider(
    cloud: Cloud, model: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[type[Provider]]:
    """The provider that the stage has a key for; the local model is well."""
    cloud.provider_keys = {"openai": "sk-test"}
    described = {"services": [SERVICE]}
    # However slow this machine is: no window ends by itself, and no first look is given up.
    read = files.read
    windows = {"window_s": 3600, "quota_s": 7200, "longest_s": 3600, "longest_quota_s": 7200}
    policy = json.loads(read("route_policy.json")) | {"health": windows}
    patient = {"route_policy.json": json.dumps(policy)}
    monkeypatch.setattr(files, "read", lambda name: patient.get(name) or read(name))
    monkeypatch.setattr(dynamodb_circuits, "_PATIENCE_SECONDS", 20.0)
    monkeypatch.setattr(cloud, "describe_services", lambda **_: described, raising=False)
    monkeypatch.setattr(cloud, "update_service", lambda **_: {}, raising=False)
    kind = type("Sick", (Provider,), {"fault": (500, {})})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setenv("PROVIDER_BASE_URL", f"http://127.0.0.1:{server.server_port}")
        yield kind
        server.shutdown()


def get(handler: Any, event: Any, path: str, key: str) -> Any:
    http = {**event["requestContext"]["http"], "method": "GET", "path": path}
    context = {**event["requestContext"], "http": http}
    asked = {**event, "rawPath": path, "requestContext": context, "headers": {"x-api-key": key}}
    answer = handler.http({**asked, "body": None}, CONTEXT)
    assert answer["statusCode"] == 200, answer
    return json.loads(answer["body"])


def standing(route: Any, event: Event, cloud: Cloud) -> Any:
    told = get(route, event("route/http"), "/api/v1/providers", cloud.key)["providers"]
    return next(one for one in told if one["alias"] == ALIAS)


def changes(cloud: Cloud) -> list[tuple[str, str]]:
    entries = [one for one in cloud.events if one["DetailType"] == "ProviderHealthChanged"]
    told = [json.loads(one["Detail"]) for one in entries]
    return [(one["provider"], one["state"]) for one in told]


def pass_the_window(cloud: Cloud) -> None:
    """What it was down until is over: written into the table, as waiting takes too long."""
    kept = cloud.capacity.items["health"]["circuit:openai"]
    over = (datetime.now(UTC) - timedelta(seconds=1)).timestamp()
    kept["S"] = json.dumps({**json.loads(kept["S"]), "until": over})


def another(fresh: Callable[[Any], Any], word: str) -> Any:
    """A process that starts now."""
    from functions.observe import handler as observe
    from functions.route import handler as route

    return fresh({"observe": observe, "route": route}[word])


def test_it_is_asked_once_told_once_and_seen_by_every_function(
    provider: type[Provider], cloud: Cloud, fresh: Callable[[Any], Any], event: Event
) -> None:
    route = another(fresh, "route")
    for _ in range(3):
        assert post(route, event("route/http"), cloud.key)[1]["provider"] == "ollama"
    assert (provider.asked, changes(cloud)) == (1, [("openai", "down")])
    found = standing(route, event, cloud)
    assert (found["state"], found["why"], found["calls"]) == ("open", "server_error", 0)
    assert found["until"] is not None
    assert found["price"]["output"] == 0.6
    route = another(fresh, "route")
    assert post(route, event("route/http"), cloud.key)[1]["provider"] == "ollama"
    assert provider.asked == 1, "another process has heard of it"
    told = get(another(fresh, "observe"), event("observe/http"), "/health", "")["ai_providers"]
    assert (told[ALIAS]["state"], told[ALIAS]["last_error_code"]) == ("open", "server_error")


def test_a_tick_tries_it_again_and_its_latency_is_told(
    provider: type[Provider], cloud: Cloud, fresh: Callable[[Any], Any], event: Event
) -> None:
    post(another(fresh, "route"), event("route/http"), cloud.key)
    another(fresh, "route").event(TICK, CONTEXT)
    assert provider.asked == 1, "its time has not come"
    pass_the_window(cloud)
    provider.fault = None
    route = another(fresh, "route")
    route.event(TICK, CONTEXT)
    assert (provider.asked, changes(cloud)) == (2, [("openai", "down"), ("openai", "up")])
    found = standing(route, event, cloud)
    assert (found["state"], found["until"], found["calls"]) == ("closed", None, 1)
    assert found["p50_ms"] <= found["p95_ms"]
    route.event(TICK, CONTEXT)
    assert provider.asked == 2, "who is well is not probed"


def test_a_quota_is_told_from_a_rate(
    provider: type[Provider], cloud: Cloud, route: Any, event: Event
) -> None:
    quota = {"error": {"code": "insufficient_quota", "message": "no more", "type": "x"}}
    provider.fault = 429, quota
    post(route, event("route/http"), cloud.key)
    found = standing(route, event, cloud)
    left = datetime.fromisoformat(found["until"]) - datetime.now(UTC)
    assert found["why"] == "quota_exhausted"
    assert left > timedelta(hours=1)


def test_what_we_ask_wrongly_is_not_its_fault(
    provider: type[Provider], cloud: Cloud, route: Any, event: Event
) -> None:
    provider.fault = 400, {"error": {"code": "bad", "message": "no", "type": "invalid_request"}}
    for _ in range(3):
        post(route, event("route/http"), cloud.key)
    assert (provider.asked, changes(cloud)) == (3, [])
    assert standing(route, event, cloud)["state"] == "closed"
