"""What is answered once, or again: Idempotency-Key, kept answers, and forgetting them."""

import json
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from labverse.platform import files
from labverse.platform.config import FILE
from tests.functions.conftest import CONTEXT, Cloud
from tests.functions.test_spend import spend

Event = Callable[[str], Any]


class Caller:
    """Asks POST /api/v1/analyze with one key, under an Idempotency-Key or without."""

    def __init__(self, route: Any, event: Any, cloud: Cloud) -> None:
        self.route, self.event, self.cloud = route, event, cloud

    def ask(self, once: str | None = None, **body: Any) -> Any:
        """The whole answer, its body parsed."""
        headers = {**self.event["headers"], "x-api-key": self.cloud.key}
        headers |= {"Idempotency-Key": once} if once is not None else {}
        text = json.dumps({"text": "Hello", **body})
        answer = self.route.http({**self.event, "headers": headers, "body": text}, CONTEXT)
        return SimpleNamespace(**answer | {"body": json.loads(answer["body"])})

    def spent(self) -> Decimal:
        """What this month came to."""
        told = spend(self.route, self.event, self.cloud.key)[1]
        return Decimal(told["spent_usd"])


@pytest.fixture
def caller(route: Any, event: Event, cloud: Cloud) -> Caller:
    return Caller(route, event("route/http"), cloud)


@pytest.mark.usefixtures("paid")
def test_a_repeated_write_is_charged_once(caller: Caller) -> None:
    first, spent = caller.ask("order-7"), caller.spent()
    again = caller.ask("order-7")
    assert (first.statusCode, again.statusCode) == (200, 200)
    assert again.body == first.body
    assert again.headers == {**first.headers, "idempotency-replayed": "true"}
    assert first.body["cost_usd"] > 0
    assert caller.spent() == spent == Decimal(str(first.body["cost_usd"]))
    assert [entry["DetailType"] for entry in caller.cloud.events] == ["TaskRouted"]
    assert caller.ask("order-8").statusCode == 200
    assert caller.spent() == 2 * spent


@pytest.mark.usefixtures("model")
def test_another_body_under_the_same_key_is_a_conflict(caller: Caller) -> None:
    caller.ask("order-7")
    refused = caller.ask("order-7", text="Something else")
    assert (refused.statusCode, refused.body["state"]) == (409, "other_request")
    assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.usefixtures("model")
def test_a_running_write_is_a_conflict_with_a_time_to_come_back(caller: Caller) -> None:
    caller.ask("order-7")
    for item in caller.cloud.answers.items.values():
        item["state"] = {"S": "running"}
    refused = caller.ask("order-7")
    assert (refused.statusCode, refused.body["state"]) == (409, "running")
    assert refused.headers["retry-after"] == "1"


def test_a_failed_write_may_be_tried_again(caller: Caller, request: pytest.FixtureRequest) -> None:
    assert caller.ask("order-7").statusCode == 503
    assert caller.cloud.answers.items == {}
    request.getfixturevalue("model")
    caller.route.settings.cache_clear()
    caller.route.answer_task.cache_clear()
    assert caller.ask("order-7").statusCode == 200


@pytest.mark.parametrize("value", ["", "x" * 256, "naïve"])
def test_an_unusable_header_is_named(value: str, caller: Caller) -> None:
    refused = caller.ask(value)
    assert refused.statusCode == 422
    assert [item["field"] for item in refused.body["errors"]] == ["Idempotency-Key"]


@pytest.mark.usefixtures("model")
def test_where_writes_cannot_be_remembered_nothing_is_done(caller: Caller) -> None:
    caller.ask()  # so that the key is known
    caller.cloud.answers.down = True
    assert caller.ask("order-7").statusCode == 503
    assert len(caller.cloud.events) == 1


@pytest.mark.usefixtures("paid")
def test_a_kept_answer_costs_nothing(caller: Caller) -> None:
    first, spent = caller.ask(cache_seconds=60), caller.spent()
    again = caller.ask(cache_seconds=60)
    assert (first.body["cached"], again.body["cached"]) == (False, True)
    assert (again.body["text"], again.body["cost_usd"]) == (first.body["text"], 0)
    assert caller.spent() == spent
    assert len(caller.cloud.events) == 1


@pytest.mark.usefixtures("model")
def test_forgetting(caller: Caller) -> None:
    caller.ask(cache_seconds=60)
    caller.ask("order-7")
    asked = {**caller.event, "rawPath": "/api/v1/answers", "body": None}
    http = {"method": "DELETE", "path": "/api/v1/answers", "sourceIp": "192.0.2.1"}
    asked["requestContext"] = {**asked["requestContext"], "http": http}
    asked["headers"] = {"x-api-key": caller.cloud.key}
    answer = caller.route.http(asked, CONTEXT)
    assert json.loads(answer["body"]) == {"forgotten": 2, "complete": True}
    assert caller.cloud.answers.items == {}
    assert not caller.ask(cache_seconds=60).body["cached"]


@pytest.fixture
def nothing_kept(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    read = files.read
    monkeypatch.setattr(
        files, "read", lambda name: '{"store_answers": false}' if name == FILE else read(name)
    )


@pytest.mark.usefixtures("nothing_kept", "model")
def test_a_stage_that_keeps_nothing_refuses_by_name(caller: Caller) -> None:
    assert caller.ask().statusCode == 200
    for refused, field in (
        (caller.ask("order-7"), "Idempotency-Key"),
        (caller.ask(cache_seconds=60), "cache_seconds"),
    ):
        assert refused.statusCode == 422
        assert [item["field"] for item in refused.body["errors"]] == [field]
    assert caller.cloud.answers.items == {}


@pytest.mark.usefixtures("model")
def test_a_workflow_has_no_kept_answers(route: Any, event: Event) -> None:
    asked = event("route/task")
    request = {**asked["request"], "cache_seconds": 60}
    with pytest.raises(Exception, match="cache_seconds: answers are kept by API key"):
        route.task({**asked, "request": request}, CONTEXT)
