"""The local model is being started: what callers are told, and what is asked of the bus."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from infra_cdk.constructs.layer import route_config
from tests.functions.conftest import CONTEXT, Cloud

Event = Callable[[str], Any]
RETRY = str(route_config().warming_retry_s)


class NobodyHealthy(BaseHTTPRequestHandler):
    """API Gateway, where its private link finds no task to send a request to."""

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        raw = json.dumps({"message": "Service Unavailable"}).encode()
        self.send_response(503)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.send_header("apigw-requestid", "b6dYJiJ2oAMEVRw=")
        self.end_headers()
        self.wfile.write(raw)

    do_GET = do_POST = answer  # noqa: N815 - the names that the server looks for

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def cold(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No task is up, and the one provider with a key is down."""
    with ThreadingHTTPServer(("127.0.0.1", 0), NobodyHealthy) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        here = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("LOCAL_MODEL_URL", f"{here}/v1")
        monkeypatch.setenv("PROVIDER_BASE_URL", here)
        cloud.provider_keys = {"openai": "sk-test"}
        yield
        server.shutdown()


def ask(handler: Any, event: dict[str, Any], key: str) -> tuple[dict[str, Any], Any]:
    headers = {**event["headers"], "x-api-key": key, "authorization": f"Bearer {key}"}
    answer = handler.http({**event, "headers": headers}, CONTEXT)
    return answer, json.loads(answer["body"])


@pytest.mark.usefixtures("cold")
def test_a_problem_says_warming_and_when_to_ask_again(
    route: Any, event: Event, cloud: Cloud
) -> None:
    answer, problem = ask(route, event("route/http"), cloud.key)
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, RETRY)
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert (problem["state"], problem["status"]) == ("warming", 503)
    outcomes = {item["provider"]: item["outcome"] for item in problem["attempts"]}
    assert outcomes == {"openai": "server_error", "ollama": "warming"}


@pytest.mark.usefixtures("cold")
def test_openais_clients_are_told_in_their_own_words(
    route: Any, event: Event, cloud: Cloud
) -> None:
    answer, body = ask(route, event("route/chat"), cloud.key)
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, RETRY)
    assert (body["error"]["code"], body["error"]["type"]) == ("warming", "server_error")
    assert answer["headers"]["x-labverse-attempts"].endswith("ollama:warming")


@pytest.mark.usefixtures("cold")
def test_the_local_model_is_asked_for_once(route: Any, event: Event, cloud: Cloud) -> None:
    asked = event("route/http")
    ask(route, asked, cloud.key)
    told = [each for each in cloud.events if each["DetailType"] != "ProviderHealthChanged"]
    (entry,) = told
    assert (entry["Source"], entry["DetailType"]) == ("labverse.route", "FallbackRequested")
    detail = json.loads(entry["Detail"])
    trace_id = asked["requestContext"]["requestId"]
    assert (detail["model"], detail["trace_id"]) == ("qwen2:7b", trace_id)
    assert "France" not in entry["Detail"]


@pytest.mark.usefixtures("model")
def test_nothing_is_asked_for_while_somebody_answers(
    route: Any, event: Event, cloud: Cloud
) -> None:
    ask(route, event("route/http"), cloud.key)
    assert [entry["DetailType"] for entry in cloud.events] == ["TaskRouted"]


@pytest.mark.usefixtures("cold")
def test_health_says_that_it_warms(cloud: Cloud, fresh: Callable[[Any], Any], event: Event) -> None:
    from functions.observe import handler

    health = json.loads(fresh(handler).http(event("observe/http"), CONTEXT)["body"])
    local = health["ai_providers"]["ollama"]
    assert (local["state"], local["last_error_code"]) == ("warming", "503")
