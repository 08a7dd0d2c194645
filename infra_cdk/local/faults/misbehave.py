"""Answer one call of a provider, as it should be or as its fault wants it."""

from __future__ import annotations

import json
import os
import socket
import struct
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any, Protocol

from infra_cdk.local.faults.book import Fault
from infra_cdk.local.faults.said import Asked, Said

DRIP_SECONDS = 0.05
_MALFORMED = b'{"id": "stand-in", "choices": [{"message": {"content": "Par'
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER of zero: closing sends a reset


class Dialect(Protocol):
    """How one kind of provider reads and writes; a module is one."""

    ERRORS: dict[str, Any]

    def read(
        self, body: Mapping[str, Any], headers: Mapping[str, str], /
    ) -> Asked | tuple[str, str]:
        """What was asked, or the kind of error and its message."""

    def error(self, kind: str, message: str, /) -> tuple[int, dict[str, Any]]:
        """Status and body."""

    def body(self, said: Said, /) -> dict[str, Any]:
        """The whole answer."""

    def without_choices(self, said: Said, /) -> dict[str, Any]:
        """A success without an answer."""

    def stream(self, said: Said, request: Mapping[str, Any], /) -> Iterator[str]:
        """The answer as server-sent events."""


def answer(
    call: BaseHTTPRequestHandler,
    dialect: Dialect,
    asked: tuple[Mapping[str, Any], Mapping[str, str]],
    fault: Fault | None,
) -> None:
    """Answer `call`, which sent `asked` (body, headers with small names)."""
    kind = fault.kind if fault else ""
    if fault and kind in ("hang", "slow"):
        fault.lifted.wait(fault.seconds)
    if kind in ("hang", "reset"):
        _cut(call, reset=kind == "reset")
    elif kind in dialect.ERRORS:
        _error(call, dialect, kind, fault)
    else:
        _reply(call, dialect, asked, fault)


def send(call: BaseHTTPRequestHandler, status: int, raw: bytes, headers: Mapping[str, str]) -> None:
    """A whole response; a caller that has gone away has what it wants."""
    call.send_response(status)
    for name, value in {"Content-Type": "application/json", **headers}.items():
        call.send_header(name, value)
    call.send_header("Content-Length", str(len(raw)))
    try:
        call.end_headers()
        call.wfile.write(raw)
    except OSError:
        call.close_connection = True


def _error(call: BaseHTTPRequestHandler, dialect: Dialect, kind: str, fault: Fault | None) -> None:
    wait = fault.retry_after if fault else None
    headers = {} if wait is None else {"Retry-After": str(wait)}
    status, body = dialect.error(kind, f"{kind}, as was asked of this stand-in")
    send(call, status, json.dumps(body).encode(), headers)


def _reply(
    call: BaseHTTPRequestHandler,
    dialect: Dialect,
    asked: tuple[Mapping[str, Any], Mapping[str, str]],
    fault: Fault | None,
) -> None:
    kind = fault.kind if fault else ""
    request = dialect.read(*asked)
    if isinstance(request, tuple):
        status, body = dialect.error(*request)
        send(call, status, json.dumps(body).encode(), {})
        return
    said = request.answer().sick(kind)
    raw, type_ = _body(dialect, said, asked[0], kind)
    if fault and kind == "drip":
        _drip(call, raw, type_, fault)
    else:
        send(call, 200, raw, {"Content-Type": type_})


def _body(dialect: Dialect, said: Said, request: Mapping[str, Any], kind: str) -> tuple[bytes, str]:
    """The bytes of a success and their type; a stream is sent at once, as its events are ready."""
    streamed = bool(request.get("stream"))
    type_ = "text/event-stream" if streamed else "application/json"
    if kind == "malformed":
        return (b"data: " if streamed else b"") + _MALFORMED, type_
    if kind == "empty_choices":
        empty = json.dumps(dialect.without_choices(said))
        return (f"data: {empty}\n\ndata: [DONE]\n\n" if streamed else empty).encode(), type_
    if streamed:
        return "".join(dialect.stream(said, request)).encode(), type_
    return json.dumps(dialect.body(said)).encode(), type_


def _drip(call: BaseHTTPRequestHandler, raw: bytes, type_: str, fault: Fault) -> None:
    """A byte at a time: no single read is late, only their sum. The rest at once when lifted."""
    call.send_response(200)
    call.send_header("Content-Type", type_)
    call.send_header("Content-Length", str(len(raw)))
    try:
        call.end_headers()
        for position in range(len(raw)):
            if fault.lifted.wait(DRIP_SECONDS):
                call.wfile.write(raw[position:])
                return
            call.wfile.write(raw[position : position + 1])
    except OSError:
        call.close_connection = True  # the caller gave up, as it should


def _cut(call: BaseHTTPRequestHandler, *, reset: bool) -> None:
    """Close without a word: politely, or with a reset."""
    call.close_connection = True
    if reset:
        call.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        # Here, as the server's own way says goodbye first.
        os.close(call.connection.detach())
