"""An app whose buttons are clicked in the stand-in for Slack, and what was sent to it."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from infra_cdk.local.slack.server import SlackServer
from infra_cdk.local.slack.workspace import BOT_TOKEN
from labverse.approve import cards
from labverse.approve.cards import Question
from tests.unit.approve.asked import approval


class App:
    """What takes clicks: it remembers the requests, and answers 200."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        app = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                app.got.append(({n.lower(): v for n, v in self.headers.items()}, body))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None: ...

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}/slack/interactions"

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def app() -> Iterator[App]:
    served = App()
    yield served
    served.stop()


@pytest.fixture
def slack(app: App) -> Iterator[httpx.Client]:
    server = SlackServer(0)
    server.start()
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        http.post("/_interactivity", json={"url": app.url}).raise_for_status()
        yield http
    server.stop()


def posted(slack: httpx.Client, **changes: Any) -> dict[str, Any]:
    shown = cards.slack(Question(title="Deal?"), approval(**changes))
    headers = {"authorization": f"Bearer {BOT_TOKEN}"}
    body = {"channel": "#approvals", **shown}
    answer = slack.post("/api/chat.postMessage", json=body, headers=headers).json()
    assert answer["ok"], answer
    return dict(answer)


def clicked(slack: httpx.Client, **more: Any) -> dict[str, Any]:
    body = {"approval_id": "deal-1", "action": "approve", "user": "U0ANA", **more}
    return dict(slack.post("/_clicks", json=body).raise_for_status().json())


def payload(body: bytes) -> Any:
    return json.loads(parse_qs(body.decode())["payload"][0])
