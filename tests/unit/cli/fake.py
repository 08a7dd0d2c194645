"""A deployment on loopback: its HTTP API, and the AWS calls that `kimi` makes, over real HTTP."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HEALTH: dict[str, Any] = {
    "status": "ok",
    "version": "1.2.3",
    "ai_providers": {
        "openai-gpt": {
            "state": "ok",
            "provider": "openai",
            "model": "gpt",
            "resolves_to": "gpt-6",
            "p95_ms": 120,
        },
        "claude": {"state": "not_configured", "provider": "anthropic", "model": "c"},
        "ollama": {"state": "unreachable", "model": "q", "last_error_code": "503"},
    },
    "components": {"keys": "ok"},
}
ATTEMPT = {"provider": "openai", "model": "gpt", "outcome": "ok", "latency_ms": 7, "cost_usd": 0.1}
ANSWER: dict[str, Any] = {
    "text": "Paris",
    "provider": "openai",
    "model": "gpt",
    "tokens": {"input": 13, "cached_input": None, "output": None},
    "cost_usd": 0.0005,
    "latency_ms": 7,
    "sla_met": True,
    "attempts": [ATTEMPT],
}


class Fake:
    """`replies` by method and path; `seen` requests; and what AWS holds."""

    def __init__(self) -> None:
        self.replies: dict[str, tuple[int, Any]] = {
            "GET /health": (200, HEALTH),
            "POST /api/v1/analyze": (200, ANSWER),
        }
        self.seen: list[tuple[str, dict[str, str], Any]] = []
        self.parameters = {"/labverse/local/provider-keys-secret": "the-secret"}
        self.secrets: dict[str, str | None] = {"the-secret": None}
        self.items: dict[str, Any] = {}
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}"

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def aws(self, action: str, given: Any) -> tuple[int, Any]:
        """The answer of the AWS action that a header names."""
        if action == "GetParameter":
            value = self.parameters.get(given["Name"])
            return (200, {"Parameter": {"Value": value}}) if value else _absent("ParameterNotFound")
        if action in ("GetSecretValue", "PutSecretValue"):
            return self._secret(action, given)
        if action == "PutItem":
            self.items[given["Item"]["key_id"]["S"]] = given["Item"]
        if action == "GetItem":
            item = self.items.get(given["Key"]["key_id"]["S"])
            return 200, {"Item": item} if item else {}
        return 200, {"Items": list(self.items.values())} if action == "Scan" else {}

    def _secret(self, action: str, given: Any) -> tuple[int, Any]:
        name = given["SecretId"]
        if action == "PutSecretValue" and name in self.secrets:
            self.secrets[name] = given["SecretString"]
        if self.secrets.get(name) is None:
            return _absent("ResourceNotFoundException")
        return 200, {"Name": name, "SecretString": self.secrets[name]}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                self._answer(json.loads(self.rfile.read(length)))

            def do_GET(self) -> None:
                self._answer(None)

            def _answer(self, body: Any) -> None:
                target = self.headers.get("x-amz-target")
                route = f"{self.command} {self.path}"
                headers = {name.lower(): value for name, value in self.headers.items()}
                if target:
                    status, reply = fake.aws(target.partition(".")[2], body)
                else:
                    fake.seen.append((route, headers, body))
                    status, reply = fake.replies.get(route, (404, {"message": "Not Found"}))
                raw = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *args: Any) -> None: ...

        return Handler


def _absent(code: str) -> tuple[int, Any]:
    return 400, {"__type": code, "message": "not there"}
