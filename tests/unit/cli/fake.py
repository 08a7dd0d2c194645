"""A deployment on loopback: its HTTP API, and the AWS calls that `kimi` makes, over real HTTP."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from botocore.exceptions import ClientError

from labverse.adapters import doors
from tests.secrets_manager import MemorySecrets
from tests.unit.platform.fakes import PEPPERS

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
SECRETS = {
    "GetSecretValue": "get_secret_value",
    "PutSecretValue": "put_secret_value",
    "DescribeSecret": "describe_secret",
    "UpdateSecretVersionStage": "update_secret_version_stage",
}


class Fake:
    """`replies` by method and path, or a list of them to be given in turn, the last for ever;
    `seen` requests; and what AWS holds."""

    def __init__(self) -> None:
        self.replies: dict[str, tuple[int, Any] | list[tuple[int, Any]]] = {
            "GET /health": (200, HEALTH),
            "POST /api/v1/analyze": (200, ANSWER),
        }
        self.headers: dict[str, dict[str, str]] = {}
        self.seen: list[tuple[str, dict[str, str], Any]] = []
        self.rotated: list[str] = []
        names = {"provider-keys": "the-secret", "key-pepper": "the-pepper"}
        self.parameters = {f"/labverse/local/{n}-secret": secret for n, secret in names.items()}
        self.vault = MemorySecrets(the_secret="{}", the_pepper=PEPPERS.text())
        self.vault.secrets[doors.pepper("local")] = self.vault.secrets["the-pepper"]
        self.items: dict[str, Any] = {}
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}"

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def reply(self, route: str) -> tuple[int, Any]:
        """The next answer of that route."""
        found = self.replies.get(route, (404, {"message": "Not Found"}))
        if isinstance(found, tuple):
            return found
        return found.pop(0) if len(found) > 1 else found[0]

    def aws(self, action: str, given: Any) -> tuple[int, Any]:
        """The answer of the AWS action that a header names."""
        if action == "GetParameter":
            value = self.parameters.get(given["Name"])
            return (200, {"Parameter": {"Value": value}}) if value else _absent("ParameterNotFound")
        if action == "RotateSecret":
            self.rotated.append(given["SecretId"])
            return 200, {"Name": given["SecretId"]}
        if action in SECRETS:
            return self._secret(action, given)
        if action == "PutItem":
            self.items[given["Item"]["key_id"]["S"]] = given["Item"]
        if action == "GetItem":
            item = self.items.get(given["Key"]["key_id"]["S"])
            return 200, {"Item": item} if item else {}
        return 200, {"Items": list(self.items.values())} if action == "Scan" else {}

    def _secret(self, action: str, given: Any) -> tuple[int, Any]:
        try:
            return 200, getattr(self.vault, SECRETS[action])(**given)
        except ClientError as error:
            return _absent(error.response["Error"]["Code"])

    def held(self) -> str:
        """What the secret of provider keys holds now."""
        return str(self.vault.get_secret_value(SecretId="the-secret")["SecretString"])

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
                    status, reply = fake.reply(route)
                raw = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(raw)))
                for name, value in fake.headers.get(route, {}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *args: Any) -> None: ...

        return Handler


def _absent(code: str) -> tuple[int, Any]:
    return 400, {"__type": code, "message": "not there"}
