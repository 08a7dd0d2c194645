"""Requests to an API Gateway of ours carry a signature that AWS' own words verify."""

import hashlib
import hmac
import json
import socket
from typing import Any

import httpx
import pytest
from botocore.credentials import Credentials
from botocore.exceptions import CredentialRetrievalError

from labverse.adapters import aws, sigv4
from labverse.adapters.openai_compatible import OpenAICompatible
from labverse.adapters.probes import LocalModelProbe
from labverse.route.choice import LOCAL
from labverse.route.ports import ProviderFailure
from tests.unit.adapters.apis import OPENAI, call
from tests.unit.adapters.faults import Server, replying

HOST = "abc123.execute-api.eu-west-1.amazonaws.com"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
HELD = Credentials("AKIDEXAMPLE", SECRET, "a-session-token")


def verified(method: str, path: str, headers: dict[str, str], body: bytes) -> bool:
    """Whether the signature is right: made anew after AWS' description, without its SDK."""
    told = {name.lower(): value for name, value in headers.items()}
    scheme, _, fields = told["authorization"].partition(" ")
    given = dict(field.strip().split("=", 1) for field in fields.split(","))
    names = given["SignedHeaders"].split(";")
    assert {"host", "x-amz-date", "x-amz-security-token", "content-type"} >= set(names)
    assert "host" in names
    canonical = "\n".join(
        [method, path, "", *(f"{name}:{told[name].strip()}" for name in names), "",
         ";".join(names), hashlib.sha256(body).hexdigest()]
    )  # fmt: skip
    key_id, *scope = given["Credential"].split("/")
    text = "\n".join(
        [
            scheme,
            told["x-amz-date"],
            "/".join(scope),
            hashlib.sha256(canonical.encode()).hexdigest(),
        ]
    )
    key = f"AWS4{SECRET}".encode()
    for part in scope:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    assert (key_id, scope[1:]) == ("AKIDEXAMPLE", ["eu-west-1", "execute-api", "aws4_request"])
    return hmac.compare_digest(
        given["Signature"], hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    )


@pytest.fixture
def gateway(server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where API Gateway's host name, answered on loopback, serves models."""
    here = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.http.server_port))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [here])
    server.behaviour = replying(200, OPENAI.good)
    return f"http://{HOST}/v1"


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws, "credentials", lambda: HELD)


@pytest.mark.usefixtures("held")
def test_a_prompt_is_signed(server: Server, gateway: str) -> None:
    model = OpenAICompatible(gateway, server.client, LOCAL)
    assert model.complete(call()).text == "Paris"
    headers = {name.lower(): value for name, value in server.headers[0].items()}
    assert headers["host"] == HOST
    body = json.dumps(server.bodies[0]).encode()
    assert verified("POST", "/v1/chat/completions", headers, body)
    assert not verified("POST", "/v1/chat/completions", headers, body + b" ")
    assert not verified("POST", "/v1/completions", headers, body)


def test_other_hosts_get_no_signature_and_no_credentials_are_read(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never() -> Any:
        raise AssertionError("nobody asked for credentials")

    monkeypatch.setattr(aws, "credentials", never)
    for url in (server.url, "https://api.openai.com/v1", f"https://{HOST}.evil.example/v1"):
        assert sigv4.for_url(url) is None
    server.behaviour = replying(200, OPENAI.good)
    OpenAICompatible(server.url, server.client, LOCAL).complete(call())
    assert not [name for name in server.headers[0] if name.lower().startswith("x-amz")]


@pytest.mark.usefixtures("held")
def test_health_is_asked_with_a_signature() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"data": []})

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        health = LocalModelProbe(f"https://{HOST}/v1", "qwen2:7b", client).health()
    assert health.state == "ok"
    assert verified("GET", "/v1/models", dict(asked[0].headers), b"")


@pytest.mark.parametrize("how", ["none", "unreadable"])
def test_without_credentials_nothing_is_sent(
    how: str, server: Server, gateway: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read() -> None:
        if how == "unreadable":
            raise CredentialRetrievalError(provider="test", error_msg=SECRET)

    monkeypatch.setattr(aws, "credentials", read)

    def never(request: httpx.Request) -> httpx.Response:
        raise AssertionError("an unsigned request was sent")

    with pytest.raises(ProviderFailure, match="unauthorized") as caught:
        OpenAICompatible(gateway, server.client, LOCAL).complete(call())
    assert server.connections == 0
    with httpx.Client(transport=httpx.MockTransport(never)) as client:
        health = LocalModelProbe(f"https://{HOST}/v1", "qwen2:7b", client).health()
    assert SECRET not in str(caught.value)
    assert (health.state, health.last_error_code) == ("unreachable", "Unsigned")
