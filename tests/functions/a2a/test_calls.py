"""Versions, batches, notifications and repeats; and what HTTP says instead of JSON-RPC."""

import json
from itertools import count
from typing import Any

import pytest

from labverse.adapters.dynamodb_writes import DynamoWrites
from labverse.platform.idempotency import Once
from tests.functions.a2a.calls import SEND, call, of
from tests.functions.a2a.conftest import Door
from tests.unit.negotiate.a2a.desk import Desk
from tests.unit.platform.answers_table import AnswersTable
from tests.unit.platform.fakes import FakeClock


@pytest.mark.parametrize(
    ("header", "method", "code"),
    [
        ("1.0", "ListTasks", None),
        ("1.0.7", "ListTasks", None),
        (None, "tasks/get", -32602),
        ("", "tasks/get", -32602),
        ("0.3", "tasks/get", -32602),
        ("0.3.0", "tasks/get", -32602),
        (None, "ListTasks", -32009),
        ("0.3", "ListTasks", -32009),
        ("1.0", "tasks/get", -32009),
        ("0.2", "tasks/get", -32009),
        ("1.1", "ListTasks", -32009),
        ("2.0", "ListTasks", -32009),
        ("latest", "ListTasks", -32009),
    ],
)
def test_the_version_decides(door: Door, header: str | None, method: str, code: int | None) -> None:
    said = of(door.call(call(method), header))
    assert said.get("error", {}).get("code") == code
    if code == -32009:
        (info,) = said["error"]["data"]
        assert info["metadata"] == {"supported": "1.0, 0.3"}


def test_a_batch_is_answered_call_by_call(door: Door, desk: Desk) -> None:
    hidden = {"jsonrpc": "2.0", "method": "GetTask", "params": {"id": "nobody"}}
    said = of(door.call([SEND, 7, {**call("GetTask", id="nobody"), "id": "g"}, hidden]))
    assert [(one["id"], one.get("error", {}).get("code")) for one in said] == [
        (7, None), (None, -32600), ("g", -32001),
    ]  # fmt: skip
    assert desk.pauses == []


@pytest.mark.parametrize("many", [False, True])
def test_notifications_are_done_and_not_answered(door: Door, desk: Desk, many: bool) -> None:
    silent = {name: value for name, value in SEND.items() if name != "id"}
    answer = door.call([silent] if many else silent)
    assert (answer["statusCode"], answer["body"]) == (204, "")
    assert len(desk.items) == 1


@pytest.mark.parametrize(
    ("key", "status"), [("", 401), ("lv_000000000000_wrong", 401), ("revenue", 403)]
)
def test_who_may_not_come_in_is_told_by_http(door: Door, key: str, status: int) -> None:
    key = door.mint(key) if key == "revenue" else key
    answer = door.call("not read", **{"x-api-key": key})
    said = of(answer, status)
    assert (said["jsonrpc"], said["id"], said["error"]["code"]) == ("2.0", None, -32000)
    assert answer["headers"].get("www-authenticate", "").startswith("Bearer") == (status == 401)


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [("{}", "text/plain", 415), ('"' + "x" * 1_000_001, "application/json", 413)],
)
def test_bodies_that_are_not_read(door: Door, body: str, media: str, status: int) -> None:
    assert of(door.call(body, **{"content-type": media}), status)["error"]["code"] == -32600


def test_a_table_that_is_down_may_come_back(door: Door, desk: Desk) -> None:
    desk.down = True
    said = of(door.call(SEND), 503)
    assert (said["id"], said["error"]["code"]) == (7, -32603)
    said = of(door.call([SEND, call("GetExtendedAgentCard")]))
    assert [one["error"]["code"] for one in said] == [-32603, -32004]
    desk.down = False
    assert "result" in of(door.call(SEND))


def test_a_fault_of_ours_tells_nothing(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_: Any) -> Any:
        raise ValueError("the secret plan of Mrs Smith")

    monkeypatch.setattr(door.desk.negotiations, "open", fault)
    said = of(door.call(SEND), 500)
    assert said["error"]["code"] == -32603
    assert "secret" not in json.dumps(said)


def test_what_failed_may_be_tried_again_under_its_key(door: Door) -> None:
    store: Any = AnswersTable()
    ids = map(str, count())
    door.api._once = Once(DynamoWrites("t", store), FakeClock(), lambda: next(ids))
    get = call("GetTask", id="a2a-1")
    headers = {"idempotency-key": "k-1"}
    assert of(door.call(get, **headers))["error"]["code"] == -32001
    first = of(door.call(SEND, **headers))
    again = door.call(SEND, **headers)
    assert (of(again), again["headers"]["idempotency-replayed"]) == (first, "true")
