"""A2A's own client against our routes, over real HTTP: a server that stands in for API Gateway."""

import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from a2a.client import A2ACardResolver, Client, ClientConfig, ClientFactory
from a2a.types import AgentCard

from labverse.entry import a2a
from labverse.platform.api import Api
from labverse.platform.keys import Keyring, mint
from tests.unit.negotiate.a2a.desk import Desk
from tests.unit.platform.fakes import PEPPERS, FakeClock, FakeKeys, FakePeppers

CONTEXT = SimpleNamespace(function_name="f", aws_request_id="r")
API = "/_aws/execute-api/api-1"


def headers_of(answer: Any) -> dict[str, str]:
    """The headers of a function's answer, as API Gateway passes them on."""
    many = answer.get("multiValueHeaders") or {}
    told = {**answer.get("headers", {}), **{name: found[0] for name, found in many.items()}}
    return {name.lower(): value for name, value in told.items()}


class Door:
    """The routes behind a key check, and the keys that there are."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.store = FakeKeys()
        self.key, self.other = self.mint("negotiate"), self.mint("negotiate")
        self.api = Api(Keyring(self.store, FakePeppers(), FakeClock()))
        a2a.routes(self.api, lambda: desk)

    def mint(self, scope: str) -> str:
        key, record = mint("test", frozenset({scope}), datetime.now(UTC))
        self.store.records[record.key_id] = record.sealed(PEPPERS)
        return key

    def ask(self, method: str, path: str, headers: dict[str, str], body: str | None) -> Any:
        """What the function answers to the event that API Gateway makes of a request."""
        http = {"method": method, "path": path, "sourceIp": "127.0.0.1"}
        context = {"requestId": "trace-1", "stage": "$default", "apiId": "api-1", "http": http}
        context["domainName"] = "api-1.example.com"
        event = {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": "",
            "headers": headers,
            "requestContext": context,
            "body": body,
            "isBase64Encoded": False,
        }
        return self.api.handle(event, CONTEXT)

    def call(self, given: Any, version: str | None = "1.0", **headers: str) -> Any:
        """A call as somebody without a client makes it."""
        told = {"x-api-key": self.key, **headers}
        told |= {"a2a-version": version} if version is not None else {}
        body = given if isinstance(given, str) else json.dumps(given)
        return self.ask("POST", "/a2a", told, body)


@pytest.fixture(autouse=True)
def granted() -> None:
    """Nothing of AWS is called: negotiations are in memory."""


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def door(desk: Desk) -> Door:
    return Door(desk)


@pytest.fixture
def base(door: Door) -> Iterator[str]:
    """The URL of the API on this machine."""

    class Gateway(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length).decode() if length else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = door.ask(self.command, self.path.removeprefix(API), headers, body)
            raw = answer["body"].encode()
            self.send_response(answer["statusCode"])
            for name, value in {**headers_of(answer), "content-length": str(len(raw))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = _answer  # noqa: N815 - the names that http.server looks for

        def log_message(self, *args: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}{API}"
        server.shutdown()


Connect = Callable[..., AbstractAsyncContextManager[Client]]
Fetch = Callable[[], Coroutine[Any, Any, AgentCard]]


@pytest.fixture
def connect(base: str, door: Door) -> Connect:
    """The client as its users make it: from the card. `version` is the interface it finds there."""

    @asynccontextmanager
    async def made(
        version: str = "1.0", key: str | None = None, **config: Any
    ) -> AsyncIterator[Client]:
        headers = {"authorization": f"Bearer {key or door.key}"}
        async with httpx.AsyncClient(headers=headers) as http:
            card = await A2ACardResolver(http, base).get_agent_card()
            only = [one for one in card.supported_interfaces if one.protocol_version == version]
            del card.supported_interfaces[:]
            card.supported_interfaces.extend(only)
            yield ClientFactory(ClientConfig(httpx_client=http, **config)).create(card)

    return made


@pytest.fixture
def fetch_card(base: str) -> Fetch:
    async def fetched() -> AgentCard:
        async with httpx.AsyncClient() as http:
            return await A2ACardResolver(http, base).get_agent_card()

    return fetched
