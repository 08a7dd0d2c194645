"""The HTTP side: `/api/<method>` answers like Slack's Web API; `/_messages`, `/_errors` and
`/_calls` are for whoever tests against it.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from infra_cdk.local.ports import HOST
from infra_cdk.local.slack import workspace
from infra_cdk.local.slack.workspace import Refusal, Workspace

_MOST_BYTES = 1_000_000
Answer = tuple[int, Any, Mapping[str, str]]


class SlackServer(ThreadingHTTPServer):
    """Listens on loopback as soon as it is made; port 0 takes a free one."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int) -> None:
        super().__init__((HOST, port), _Handler)
        self.workspace = Workspace()

    @property
    def url(self) -> str:
        """Where it listens, without a path."""
        return f"http://{HOST}:{self.server_port}"

    def start(self) -> None:
        """Serve in a thread of its own."""
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing for a caller that hung up; else the traceback."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def stop(self) -> None:
        """Release every call that hangs, and close."""
        self.workspace.fail(None)
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = workspace.MAX_SECONDS
    server: SlackServer

    def do_POST(self) -> None:
        """A method of the Web API, or a fault for it."""
        length = int(self.headers.get("content-length") or 0)
        if length > _MOST_BYTES:
            self.close_connection = True
            self._send((413, {"error": "too large"}, {}))
            return
        body = self._parsed(self.rfile.read(length))
        if self.path == "/_errors":
            self._send(self._fail(body))
            return
        self._call(urlsplit(self.path).path, body)

    def do_GET(self) -> None:
        """What was posted, how often what was called, or a method with a query."""
        space, parts = self.server.workspace, urlsplit(self.path)
        if parts.path == "/_messages":
            self._send((200, space.messages(), {}))
        elif parts.path == "/_calls":
            self._send((200, space.calls(), {}))
        else:
            self._call(parts.path, _form(parts.query))

    def do_DELETE(self) -> None:
        """Forget what was posted, or fail no longer."""
        space = self.server.workspace
        if self.path in ("/_messages", "/_errors"):
            if self.path == "/_messages":
                space.forget()
            else:
                space.fail(None)
            self._send((200, {}, {}))
        else:
            self._send((404, {"error": f"no DELETE {self.path}"}, {}))

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a line for each call would hide a traceback in the log."""

    def _call(self, path: str, body: Mapping[str, Any]) -> None:
        method = path.removeprefix("/api/")
        fault = self.server.workspace.called(method)
        if fault is not None and fault.error == "hang":
            fault.lifted.wait(workspace.MAX_SECONDS)
            self.close_connection = True
        elif fault is not None and fault.error.isdigit():
            self._send((int(fault.error), "<html>an error</html>", {"Content-Type": "text/html"}))
        elif fault is not None and fault.error == "ratelimited":
            headers = {"Retry-After": str(fault.retry_after)}
            self._send((429, {"ok": False, "error": "ratelimited"}, headers))
        elif fault is not None:
            self._send((200, {"ok": False, "error": fault.error}, {}))
        else:
            self._send((200, self._answer(method, body), {}))

    def _answer(self, method: str, body: Mapping[str, Any]) -> Any:
        known = _methods(self.server)
        try:
            if method not in known:
                raise Refusal("unknown_method")
            self._authorize(body)
            return known[method](body)
        except Refusal as refusal:
            return {"ok": False, "error": str(refusal)}

    def _authorize(self, body: Mapping[str, Any]) -> None:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        given = token.strip() if scheme.lower() == "bearer" else str(body.get("token", ""))
        if not given:
            raise Refusal("not_authed")
        if given != workspace.BOT_TOKEN:
            raise Refusal("invalid_auth")

    def _parsed(self, raw: bytes) -> Mapping[str, Any]:
        """A form, or a JSON object; anything else is as good as nothing."""
        if not self.headers.get("content-type", "").startswith("application/json"):
            return _form(raw.decode(errors="replace"))
        try:
            value = json.loads(raw)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    def _fail(self, body: Mapping[str, Any]) -> Answer:
        try:
            self.server.workspace.fail(workspace.fault(body))
        except ValueError as wrong:
            return 400, {"error": str(wrong)}, {}
        return 200, dict(body), {}

    def _send(self, answer: Answer) -> None:
        status, value, headers = answer
        raw = value.encode() if isinstance(value, str) else json.dumps(value).encode()
        self.send_response(status)
        for name, text in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


def _methods(server: SlackServer) -> Mapping[str, Callable[[Mapping[str, Any]], Any]]:
    """What it can do; a method that is added here is answered."""
    return {
        "auth.test": lambda _body: {"ok": True, "url": f"{server.url}/", **workspace.BOT},
        "chat.postMessage": server.workspace.post,
        "chat.update": server.workspace.update,
    }


def _form(text: str) -> dict[str, Any]:
    """Fields of a form; Slack takes blocks as JSON in one."""
    found: dict[str, Any] = {name: values[-1] for name, values in parse_qs(text).items()}
    if "blocks" in found:
        try:
            found["blocks"] = json.loads(found["blocks"])
        except ValueError:
            found.pop("blocks")
    return found
