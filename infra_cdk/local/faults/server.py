"""The HTTP side: `/<provider>/v1/…` answers like a provider, `/_faults` and `/_calls` steer it."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from infra_cdk.local.faults import anthropic, book, misbehave, openai
from infra_cdk.local.ports import HOST

_PROVIDER = re.compile(r"/([A-Za-z0-9_.-]+)/v1/(chat/completions|messages|models)")
_DIALECTS = {openai.PATH: openai, anthropic.PATH: anthropic}
_MOST_BYTES = 8_000_000


class FaultServer(ThreadingHTTPServer):
    """Listens on loopback as soon as it is made; port 0 takes a free one."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128  # the default of 5 would refuse a burst

    def __init__(self, port: int) -> None:
        super().__init__((HOST, port), _Handler)
        self.book = book.Book()

    @property
    def url(self) -> str:
        """Where it listens, without a path."""
        return f"http://{HOST}:{self.server_port}"

    def start(self) -> None:
        """Serve in a thread of its own."""
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing for a caller that hung up, as callers of the sick do; else the traceback."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def stop(self) -> None:
        """Release every call that waits, and close."""
        self.book.clear()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a healthy answer would take 40 ms
    timeout = book.MAX_SECONDS
    server: FaultServer

    def do_POST(self) -> None:
        """A call of a provider, or a new fault."""
        raw = self._body()
        found = _PROVIDER.fullmatch(self.path)
        if self.path == "/_faults":
            self._put(raw)
        elif found and found[2] in _DIALECTS and raw is not None:
            dialect, request = _DIALECTS[found[2]], _parsed(raw)
            headers = {name.lower(): value for name, value in self.headers.items()}
            misbehave.answer(self, dialect, (request, headers), self.server.book.take(found[1]))
        else:
            self._json(404, {"error": f"no POST {self.path}"})

    def do_GET(self) -> None:
        """The faults, the counts, or a provider's models."""
        found = _PROVIDER.fullmatch(self.path)
        if self.path == "/_faults":
            self._json(200, self.server.book.faults())
        elif self.path == "/_calls":
            self._json(200, self.server.book.calls())
        elif found and found[2] == "models":
            self._json(200, {"object": "list", "data": [{"id": "stand-in", "object": "model"}]})
        else:
            self._json(404, {"error": f"no GET {self.path}"})

    def do_DELETE(self) -> None:
        """Make all providers well, or `?provider=` one; or count from zero."""
        parts = urlsplit(self.path)
        if parts.path == "/_faults":
            self.server.book.clear(parse_qs(parts.query).get("provider", [None])[0])
            self._json(200, self.server.book.faults())
        elif parts.path == "/_calls":
            self.server.book.forget()
            self._json(200, {})
        else:
            self._json(404, {"error": f"no DELETE {self.path}"})

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a line for each call would hide a traceback in the log."""

    def _put(self, raw: bytes | None) -> None:
        try:
            fault = book.parse(_parsed(raw or b""))
        except ValueError as wrong:
            self._json(400, {"error": str(wrong)})
            return
        self.server.book.put(fault)
        self._json(200, fault.told())

    def _body(self) -> bytes | None:
        length = int(self.headers.get("content-length") or 0)
        return self.rfile.read(length) if length <= _MOST_BYTES else None

    def _json(self, status: int, value: Any) -> None:
        misbehave.send(self, status, json.dumps(value).encode(), {})


def _parsed(raw: bytes) -> Mapping[str, Any]:
    """The JSON object of a body; an empty one for anything else, which no reader accepts."""
    try:
        value = json.loads(raw)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
