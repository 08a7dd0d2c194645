"""functions/route through its two front doors."""

import json
import os
from collections.abc import Callable
from typing import Any

import pytest

from labverse.kernel.errors import InvalidInput, Unavailable
from tests.functions.conftest import CONTEXT, Cloud

Event = Callable[[str], Any]


def post(route: Any, event: Any, key: str, **body: Any) -> tuple[int, Any]:
    headers = {**event["headers"], "x-api-key": key}
    text = json.dumps({**json.loads(event["body"]), **body})
    answer = route.http({**event, "headers": headers, "body": text}, CONTEXT)
    return answer["statusCode"], json.loads(answer["body"])


@pytest.mark.usefixtures("model")
def test_http_answers_and_tells_the_bus(route: Any, event: Event, cloud: Cloud) -> None:
    status, answer = post(route, event("route/http"), cloud.key, task_class="critical")
    assert (status, answer["text"], answer["model"]) == (200, "at 0.3", "qwen2:7b")
    assert answer["trace_id"] == event("route/http")["requestContext"]["requestId"]
    (entry,) = cloud.events
    assert (entry["Source"], entry["DetailType"]) == ("labverse.route", "TaskRouted")
    assert json.loads(entry["Detail"])["trace_id"] == answer["trace_id"]


@pytest.mark.usefixtures("model")
def test_task_answers_the_same(route: Any, event: Event, cloud: Cloud) -> None:
    answer = route.task(event("route/task"), CONTEXT)
    assert (answer["text"], answer["trace_id"]) == ("at 0.6", event("route/task")["trace_id"])
    assert len(cloud.events) == 1


@pytest.mark.usefixtures("model")
def test_what_the_bus_does_not_take_is_kept(route: Any, event: Event, cloud: Cloud) -> None:
    cloud.bus_down = True
    assert post(route, event("route/http"), cloud.key)[0] == 200
    (letter,) = cloud.letters
    assert letter["QueueUrl"].endswith("labverse-dev-dead-letters")
    assert "TaskRouted" in letter["MessageBody"]


def test_no_key_wrong_key_no_answer(route: Any, event: Event) -> None:
    assert route.http(event("route/http"), CONTEXT)["statusCode"] == 401
    assert post(route, event("route/http"), "")[0] == 401


def test_without_a_model_it_says_so_and_announces_nothing(
    route: Any, event: Event, cloud: Cloud
) -> None:
    status, body = post(route, event("route/http"), cloud.key)
    assert (status, body["attempts"]) == (503, [])
    assert "no model can be asked" in body["detail"]
    assert cloud.events == []


def test_a_key_table_that_is_down_is_503_not_200(route: Any, event: Event, cloud: Cloud) -> None:
    cloud.down = True
    assert post(route, event("route/http"), cloud.key)[0] == 503


def test_task_raises_the_classes_that_the_workflow_names(route: Any, event: Event) -> None:
    with pytest.raises(Unavailable):
        route.task(event("route/task"), CONTEXT)
    with pytest.raises(InvalidInput, match="text"):
        route.task({"trace_id": "t", "request": {"text": ""}}, CONTEXT)


@pytest.mark.usefixtures("model")
def test_a_provider_with_a_key_answers_before_the_local_model(
    route: Any, event: Event, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.provider_keys = {"openai": "sk-test"}
    stand_in = os.environ["LOCAL_MODEL_URL"].removesuffix("/v1")
    monkeypatch.setenv("PROVIDER_BASE_URL", stand_in)
    status, answer = post(route, event("route/http"), cloud.key)
    assert (status, answer["provider"], answer["model"]) == (200, "openai", "gpt-4o-mini")
    assert "not configured" in answer["refused"][0]["reason"]
