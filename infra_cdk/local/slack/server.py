"""The HTTP side: `/api/<method>` answers like Slack's Web API; controls.py has everything else."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from infra_cdk.local.ports import HOST
from infra_cdk.local.slack import failing, workspace
from infra_cdk.local.slack.controls import ACTIONS, TEAMS, Answer, Controls
from infra_cdk.local.slack.failing import Failing, Fault
from infra_cdk.local.slack.workspace import Refusal, Workspace

_MOST_BYTES = 1_000_000


class SlackServer(ThreadingHTTPServer):
    """Listens on loopback as soon as it is made; port 0 takes a free one."""

    daemon_threads = True
    block_on_close = False
    # A hundred people may click at once.
    request_queue_size = 256

    def __init__(self, port: int, file: Path | None = None) -> None:
        """`file` keeps the messages from one start to the next."""
        super().__init__((HOST, port), _Handler)
        self.workspace, self.faults = Workspace(file), Failing()
        self.controls = Controls(self.workspace, self.faults, self.url)

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
        self.faults.fail(None)
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = failing.MAX_SECONDS
    server: SlackServer

    def do_POST(self) -> None:
        """A method of the Web API, or something for whoever tests."""
        length = int(self.headers.get("content-length") or 0)
        if length > _MOST_BYTES:
            self.close_connection = True
            self._send((413, {"error": "too large"}, {}))
            return
        self._handle("POST", self._parsed(self.rfile.read(length)))

    def do_GET(self) -> None:
        """What was posted, how often what was called, or a method with a query."""
        self._handle("GET", _form(urlsplit(self.path).query))

    def do_DELETE(self) -> None:
        """Forget what was posted, or fail no longer."""
        self._handle("DELETE", {})

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a line for each call would hide a traceback in the log."""

    def _handle(self, method: str, body: Mapping[str, Any]) -> None:
        path = urlsplit(self.path).path
        ours = self.server.controls.find(method, path)
        if ours is not None and not path.startswith((ACTIONS, TEAMS)):
            self._send(ours(body))
        elif ours is not None:
            name = "teams" if path == TEAMS else "response_url"
            self._call(name, lambda: ours(body))
        elif method == "DELETE":
            self._send((404, {"error": f"no DELETE {path}"}, {}))
        else:
            name = path.removeprefix("/api/")
            self._call(name, lambda: (200, self._answer(name, body), {}))

    def _call(self, method: str, answer: Callable[[], Answer]) -> None:
        fault = self.server.faults.called(method)
        if fault is not None and fault.error == "hang":
            fault.lifted.wait(failing.MAX_SECONDS)
            self.close_connection = True
        else:
            self._send(_faulty(fault) if fault else answer())

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

    def _send(self, answer: Answer) -> None:
        status, value, headers = answer
        raw = value.encode() if isinstance(value, str) else json.dumps(value).encode()
        self.send_response(status)
        for name, text in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


def _faulty(fault: Fault) -> Answer:
    if fault.error.isdigit():
        return int(fault.error), "<html>an error</html>", {"Content-Type": "text/html"}
    if fault.error == "ratelimited":
        wait = {"Retry-After": str(fault.retry_after)}
        return 429, {"ok": False, "error": "ratelimited"}, wait
    return 200, {"ok": False, "error": fault.error}, {}


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
