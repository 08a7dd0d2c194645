"""The providers that fail on demand: each fault as a client sees it, over real HTTP."""

import json
import socket
import struct
import time
from typing import Any

import httpx
import pytest

from infra_cdk.local.faults.book import KINDS
from tests.unit.local.fault_client import (
    BODIES,
    BOTH,
    CHAT,
    HEADERS,
    MESSAGE,
    Client,
    events,
    text,
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "path", "status", "name"),
    [
        ("429", CHAT, 429, "rate_limit_exceeded"),
        ("429", MESSAGE, 429, "rate_limit_error"),
        ("quota", CHAT, 429, "insufficient_quota"),
        ("quota", MESSAGE, 402, "billing_error"),
        ("500", CHAT, 500, "server_error"),
        ("503", MESSAGE, 503, "api_error"),
        ("529", MESSAGE, 529, "overloaded_error"),
        ("401", CHAT, 401, "invalid_api_key"),
        ("403", CHAT, 403, "access_denied"),
    ],
)
def test_errors_are_the_providers_own(
    client: Client, kind: str, path: str, status: int, name: str
) -> None:
    client.fault(kind)
    response = client.ask(path)
    assert response.status_code == status
    assert name in response.json()["error"].values()
    assert "retry-after" not in response.headers


def test_retry_after_is_said_when_asked_for(client: Client) -> None:
    client.fault("429", retry_after=7)
    assert client.ask().headers["retry-after"] == "7"


def test_a_reset_is_a_reset(client: Client) -> None:
    client.fault("reset")
    with pytest.raises(httpx.ReadError):
        client.ask()


def test_a_hang_says_nothing_and_ends_when_lifted(client: Client) -> None:
    client.fault("hang")
    with pytest.raises(httpx.ReadTimeout):
        client.ask(timeout=0.2)
    client.fault("hang", seconds=0.05)
    with pytest.raises(httpx.RemoteProtocolError):
        client.ask()


def test_drip_is_never_late_and_never_done(client: Client) -> None:
    client.fault("drip")
    began = time.monotonic()
    body = json.dumps(BODIES[CHAT])
    url = "/openai/v1/chat/completions"
    with client.http.stream("POST", url, content=body, headers=HEADERS, timeout=1) as response:
        pieces = response.iter_raw()
        assert [next(pieces) for _ in range(4)] == [b"{", b'"', b"i", b"d"]
        assert time.monotonic() - began > 0.15
        client.http.delete("/_faults")
        assert text(CHAT, json.loads(b'{"id' + b"".join(pieces))) == "Paris"


def test_a_caller_that_hangs_up_leaves_no_traceback(
    client: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", client.server.server_port)) as caller:
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            caller.sendall(b"POST /openai/v1/chat/completions HTTP/1.1\r\ncontent-length: 9\r\n")
    assert client.ask().status_code == 200
    assert "Traceback" not in capfd.readouterr().err


def test_slow_is_late_and_good(client: Client) -> None:
    client.fault("slow", seconds=0.2)
    began = time.monotonic()
    assert text(CHAT, client.ask().json()) == "Paris"
    assert time.monotonic() - began > 0.2


@BOTH
@pytest.mark.parametrize("stream", [False, True])
def test_malformed_is_not_json(client: Client, path: str, stream: bool) -> None:
    client.fault("malformed")
    response = client.ask(path, stream=stream)
    assert response.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        response.json() if not stream else events(response)


@BOTH
def test_a_success_without_an_answer(client: Client, path: str) -> None:
    client.fault("empty_choices")
    answer = client.ask(path).json()
    assert answer["choices" if path == CHAT else "content"] == []
    client.fault("empty_text")
    assert text(path, client.ask(path).json()) == ""


@BOTH
def test_prose_where_json_was_asked(client: Client, path: str) -> None:
    client.fault("wrong_json")
    answer = client.ask(path, response_format={"type": "json_object"} if path == CHAT else None)
    with pytest.raises(json.JSONDecodeError):
        json.loads(text(path, answer.json()))


@BOTH
def test_a_cut_answer_does_not_say_that_it_ended(client: Client, path: str) -> None:
    client.fault("truncated")
    assert text(path, client.ask(path).json()) == "Pa"
    assert '"Paris"' not in (streamed := client.ask(path, stream=True).text)
    assert "[DONE]" not in streamed
    assert "message_stop" not in streamed


def test_a_fault_begins_and_ends_when_it_should(client: Client) -> None:
    client.fault("500", after=1, times=2)
    assert [client.ask().status_code for _ in range(5)] == [200, 500, 500, 200, 200]
    assert client.http.get("/_calls").json() == {"openai": {"calls": 5, "faulty": 2}}
    assert client.http.delete("/_calls").json() == {}
    assert client.http.get("/_calls").json() == {}


def test_each_provider_is_sick_on_its_own(client: Client) -> None:
    client.http.post("/_faults", json={"provider": "*", "fault": "503"})
    client.fault("429")
    url, body = "/moonshot/v1/chat/completions", BODIES[CHAT]
    assert client.http.post(url, json=body, headers=HEADERS).status_code == 503
    assert client.ask().status_code == 429
    client.http.delete("/_faults", params={"provider": "*"})
    assert client.http.post(url, json=body, headers=HEADERS).status_code == 200
    assert [fault["provider"] for fault in client.http.get("/_faults").json()] == ["openai"]
    assert client.http.delete("/_faults").json() == []
    assert client.ask().status_code == 200


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ([], "provider"),
        ({"provider": "openai", "fault": "plague"}, "429"),
        ({"provider": "", "fault": "500"}, "provider"),
        ({"provider": "openai", "fault": "hang", "seconds": 3600}, "60"),
        ({"provider": "openai", "fault": "500", "colour": "red"}, "colour"),
    ],
)
def test_a_wrong_fault_is_refused(client: Client, body: Any, says: str) -> None:
    response = client.http.post("/_faults", json=body)
    assert response.status_code == 400
    assert says in response.json()["error"]


def test_every_kind_can_be_set(client: Client) -> None:
    assert [client.fault(kind).status_code for kind in KINDS] == [200] * len(KINDS)
    assert client.http.get("/openai/v1/models").json()["object"] == "list"
    assert client.http.get("/nowhere").status_code == 404
