"""A provider that misbehaves on purpose, over real HTTP on loopback, and what both APIs say."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from labverse.adapters.deadline import Client
from labverse.route.ports import Call, ProviderFailure, ProviderKeys, Reply
from tests.unit.adapters.apis import KEY, PROMPT, Api, call

Behaviour = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """Answers every POST with `behaviour`; `release` ends whatever a behaviour waits for."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.bodies: list[Any] = []
        self.headers: list[Mapping[str, str]] = []
        self.paths: list[str] = []
        self.connections = 0
        self.release = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                outer.connections += 1
                super().setup()

            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                outer.paths.append(self.path)
                outer.headers.append(dict(self.headers.items()))
                self.asked = json.loads(self.rfile.read(length))
                outer.bodies.append(self.asked)
                try:
                    outer.behaviour(self)
                except OSError:
                    self.close_connection = True  # the client gave up, as it should

            def log_message(self, *args: Any) -> None: ...

        class Many(ThreadingHTTPServer):
            request_queue_size = 128

        self.http = Many(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()
        self.client = Client()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}/v1/"

    def ask(self, api: Api, made: Call | None = None, keys: ProviderKeys | None = None) -> Reply:
        adapter = api.adapter(self.url, self.client, keys)
        return adapter.complete(made or call())

    def close(self) -> None:
        self.release.set()
        self.client.close()
        self.http.shutdown()
        self.http.server_close()

    def hang(self, request: BaseHTTPRequestHandler) -> None:
        self.release.wait(10)
        request.close_connection = True

    def drip(self, request: BaseHTTPRequestHandler) -> None:
        """A byte every 50 ms: no single read is late, only their sum."""
        request.send_response(200)
        request.send_header("content-length", "100000")
        request.end_headers()
        self.drop_by_drop(request)

    def drip_error(self, request: BaseHTTPRequestHandler) -> None:
        request.send_response(500)
        request.send_header("content-length", "100000")
        request.end_headers()
        self.drop_by_drop(request)

    def drip_headers(self, request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
        self.drop_by_drop(request)

    def drop_by_drop(self, request: BaseHTTPRequestHandler) -> None:
        request.close_connection = True
        while not self.release.wait(0.05):
            request.wfile.write(b" ")


def replying(status: int, body: object, **headers: str) -> Behaviour:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()

    def act(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("content-length", str(len(raw)))
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(raw)

    return act


def failing(
    server: Server, api: Api, made: Call | None = None, keys: ProviderKeys | None = None
) -> ProviderFailure:
    """The failure that the call must be; it quotes neither prompt nor key."""
    with pytest.raises(ProviderFailure) as caught:
        server.ask(api, made, keys)
    assert PROMPT not in str(caught.value)
    assert KEY not in str(caught.value)
    return caught.value


def in_turn(*behaviours: Behaviour) -> Behaviour:
    rest = list(behaviours)
    return lambda request: (rest.pop(0) if len(rest) > 1 else rest[0])(request)


def hang_up(request: BaseHTTPRequestHandler) -> None:
    request.close_connection = True
    request.connection.shutdown(socket.SHUT_RDWR)


def reset(request: BaseHTTPRequestHandler) -> None:
    """A TCP reset, not a polite end."""
    request.close_connection = True
    linger = struct.pack("ii", 1, 0)
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    socket.close(request.connection.detach())


def no_http(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")
    hang_up(request)


def short_body(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("content-length", "1000")
    request.end_headers()
    request.wfile.write(b'{"choices": [')
    hang_up(request)


def reset_mid_body(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("content-length", "1000")
    request.end_headers()
    request.wfile.write(b'{"choices": [')
    reset(request)


def short_chunks(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("transfer-encoding", "chunked")
    request.end_headers()
    request.wfile.write(b'd\r\n{"choices": [\r\n')
    hang_up(request)


def endless(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("transfer-encoding", "chunked")
    request.end_headers()
    while True:
        request.wfile.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
