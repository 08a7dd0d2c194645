"""OpenAI's administration API on loopback: service accounts of one project, and who may ask."""

import itertools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PROJECT, ADMIN_KEY = "proj_test", "sk-admin-test"


class OpenAIAdminServer:
    """`accounts` by id, each with its name and key; `status` answers everything when it is set."""

    def __init__(self) -> None:
        self.accounts: dict[str, tuple[str, str]] = {}
        self.status: int | None = None
        self.raw: bytes | None = None
        self.asked: list[str] = []
        self._numbers = itertools.count()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def answer(self, method: str, path: str, key: str, body: Any) -> tuple[int, Any]:
        parts = urlsplit(path)
        base = f"/v1/organization/projects/{PROJECT}/service_accounts"
        if parts.path == "/v1/models":
            return (200, {"data": []}) if key in self.keys else (401, {"error": {"message": key}})
        if key != ADMIN_KEY:
            return 401, {"error": {"message": f"Incorrect API key provided: {key}"}}
        if (method, parts.path) == ("POST", base):
            return self._create(body["name"])
        if (method, parts.path) == ("GET", base):
            return 200, self._page(parse_qs(parts.query))
        id_ = parts.path.removeprefix(f"{base}/")
        if method == "DELETE" and id_ in self.accounts:
            del self.accounts[id_]
            told = {"object": "organization.project.service_account.deleted", "id": id_}
            return 200, {**told, "deleted": True}
        return 404, {"error": {"message": "no such thing"}}

    @property
    def keys(self) -> set[str]:
        return {key for _, key in self.accounts.values()}

    def _create(self, name: str) -> tuple[int, Any]:
        number = next(self._numbers)
        id_, key = f"svc_{number:04}", f"sk-svcacct-{number}"
        self.accounts[id_] = (name, key)
        kind = "organization.project.service_account"
        told = {"object": f"{kind}.api_key", "id": f"key_{number}", "name": "Secret Key"}
        api_key = {**told, "value": key, "created_at": 1711471533}
        return 200, {**self._told(id_), "api_key": api_key}

    def _told(self, id_: str) -> dict[str, Any]:
        told = {"object": "organization.project.service_account", "id": id_, "role": "member"}
        return {**told, "name": self.accounts[id_][0], "created_at": 1711471533}

    def _page(self, query: dict[str, list[str]]) -> dict[str, Any]:
        after, limit = query.get("after", [""])[0], int(query.get("limit", ["20"])[0])
        left = sorted(id_ for id_ in self.accounts if id_ > after)
        rows = [self._told(id_) for id_ in left[:limit]]
        return {"object": "list", "data": rows, "has_more": len(left) > limit}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                body = json.loads(self.rfile.read(length) or b"null")
                key = (self.headers.get("authorization") or "").removeprefix("Bearer ")
                fake.asked.append(f"{self.command} {self.path}")
                if fake.status is not None:
                    status, told = fake.status, {"error": {"message": f"sorry, {key}"}}
                else:
                    status, told = fake.answer(self.command, self.path, key, body)
                raw = json.dumps(told).encode() if fake.raw is None else fake.raw
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            do_GET = do_POST = do_DELETE = _answer  # noqa: N815

            def log_message(self, *args: Any) -> None: ...

        return Handler
