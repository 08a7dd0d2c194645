"""What the stand-in does for whoever tests against it: `/_…`, and where apps answer clicks.

`POST /_interactivity {url, trust?}` says where clicks go; `POST /_clicks {approval_id | message,
action, user, team?, age?, forged?, times?, value?}` presses a button that was shown, and tells what
the app answered; `GET /_replies` is what whoever clicked reads; `POST /_teams` takes cards as a
workflow of Teams does, `GET /_cards` shows them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from infra_cdk.local.slack import clicks, failing
from infra_cdk.local.slack.clicks import Interactivity
from infra_cdk.local.slack.failing import Failing
from infra_cdk.local.slack.people import TEAM
from infra_cdk.local.slack.replies import Replies
from infra_cdk.local.slack.workspace import Workspace

Body = Mapping[str, Any]
Answer = tuple[int, Any, Mapping[str, str]]
ACTIONS = f"/actions/{TEAM}/"
"""Before the name of an address for replies, as on Slack's own host."""
TEAMS = "/_teams"
_LOOPBACK = ("http://127.0.0.1:", "https://127.0.0.1:")


class Controls:
    """The paths that are not Slack's Web API."""

    def __init__(self, space: Workspace, faults: Failing, url: str) -> None:
        self._space, self._faults, self._url = space, faults, url
        self.replies = Replies(time.time)
        self._cards: list[Any] = []
        self._guard = threading.Lock()
        self._to: Interactivity | None = None

    def find(self, method: str, path: str) -> Callable[[Body], Answer] | None:
        """What answers there; None where it is not ours."""
        if method == "POST" and path.startswith(ACTIONS):
            return lambda body: self._reply(path.removeprefix(ACTIONS), body)
        return {
            ("GET", "/_messages"): lambda _: _ok(self._space.messages()),
            ("GET", "/_calls"): lambda _: _ok(self._faults.calls()),
            ("GET", "/_replies"): lambda _: _ok(self.replies.all()),
            ("GET", "/_cards"): lambda _: _ok(self.cards()),
            ("GET", "/_interactivity"): lambda _: _ok({"url": self._to and self._to.url}),
            ("POST", "/_errors"): self._fail,
            ("POST", "/_interactivity"): self._connect,
            ("POST", "/_clicks"): self._click,
            ("POST", TEAMS): self._card,
            ("DELETE", "/_messages"): self._forget,
            ("DELETE", "/_errors"): self._fail_no_longer,
        }.get((method, path))

    def cards(self) -> list[Any]:
        """What Teams was told, in its order."""
        with self._guard:
            return list(self._cards)

    def _fail(self, body: Body) -> Answer:
        try:
            self._faults.fail(failing.fault(body))
        except ValueError as wrong:
            return _wrong(str(wrong))
        return _ok(dict(body))

    def _fail_no_longer(self, _: Body) -> Answer:
        self._faults.fail(None)
        return _ok({})

    def _forget(self, _: Body) -> Answer:
        self._space.forget()
        self._faults.forget()
        self.replies.forget()
        with self._guard:
            self._cards.clear()
        return _ok({})

    def _connect(self, body: Body) -> Answer:
        url, trust = body.get("url"), body.get("trust")
        if not (isinstance(url, str) and url.startswith(_LOOPBACK)):
            return _wrong("url: an address on loopback")
        self._to = Interactivity(url, trust if isinstance(trust, str) else None)
        return _ok({"url": url})

    def _click(self, body: Body) -> Answer:
        where, action = str(body.get("message") or body.get("approval_id")), str(body.get("action"))
        try:
            by = clicks.press(body)
        except ValueError as wrong:
            return _wrong(str(wrong))
        button = self._space.button(where, action)
        if button is None:
            return 404, {"error": f"no message showed a button {action!r} for {where!r}"}, {}
        if self._to is None:
            return 409, {"error": "nobody said where clicks go: POST /_interactivity"}, {}
        reply = self.replies.issue()
        sent = clicks.form(button, by, f"{self._url}{ACTIONS}{reply}")
        answers = [clicks.send(self._to, sent, by) for _ in range(by.times)]
        return _ok({"reply": reply, **answers[-1], "answers": answers})

    def _reply(self, name: str, body: Body) -> Answer:
        refused = self.replies.take(name, body)
        return (404, {"ok": False, "error": refused}, {}) if refused else _ok({"ok": True})

    def _card(self, body: Body) -> Answer:
        if body.get("type") != "message" or not body.get("attachments"):
            return _wrong("neither a message nor a card")
        with self._guard:
            self._cards.append(dict(body))
        return 202, {}, {}


def _ok(value: Any) -> Answer:
    return 200, value, {}


def _wrong(what: str) -> Answer:
    return 400, {"error": what}, {}
