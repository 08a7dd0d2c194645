"""What a workspace of Slack knows: its channels, and what was posted.

Given a file, it keeps that there: like Slack's own, its messages outlive the night.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra_cdk.local.slack import buttons
from infra_cdk.local.slack.buttons import Button
from infra_cdk.local.slack.people import DOMAIN, TEAM

# Of this stand-in only, and no secrets: real ones never come here.
BOT_TOKEN = "xoxb-local-stand-in"
SIGNING_SECRET = "local-stand-in-signs-with-this"
CHANNELS = {
    "cost-alerts": "C0COSTALERTS",
    "approvals": "C0APPROVALS",
    "approvals-escalated": "C0ESCALATED",
}
BOT = {"team": DOMAIN, "team_id": TEAM, "user": "labverse", "user_id": "U0LABVERSE"}
BOT_ID = "B0LABVERSE"
_LONGEST = 40_000
_FIRST = 1_700_000_000
# Enough for any demo and any test; a file that grows for ever is nobody's wish.
_MOST_MESSAGES = 5_000


class Refusal(Exception):
    """An answer that is not ok, by Slack's code."""


class Workspace:
    """Messages in the order in which they came; safe from many threads."""

    def __init__(self, file: Path | None = None) -> None:
        self._guard, self._file = threading.Lock(), file
        self._messages: list[dict[str, Any]] = []
        self._buttons: list[Button] = []
        self._count = 0
        if file is not None and file.exists():
            self._recall(json.loads(file.read_text(encoding="utf-8")))

    def post(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """`chat.postMessage`. Raises Refusal."""
        channel, content = _channel(body), _content(body)
        with self._guard:
            self._count += 1
            ts = f"{_FIRST + self._count}.000100"
            message = {"channel": channel, "ts": ts, **content}
            self._messages.append(message)
            del self._messages[:-_MOST_MESSAGES]
            self._buttons += buttons.of(message)
            self._keep()
        return {"ok": True, "channel": channel, "ts": ts, "message": _message(ts, content)}

    def update(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """`chat.update`. Raises Refusal."""
        channel, content, ts = _channel(body), _content(body), body.get("ts")
        with self._guard:
            for message in self._messages:
                if (message["channel"], message["ts"]) == (channel, ts):
                    message.update(content, edited=True)
                    self._keep()
                    told = _message(ts, content)
                    text = content.get("text", "")
                    return {"ok": True, "channel": channel, "ts": ts, "text": text, "message": told}
        raise Refusal("message_not_found")

    def messages(self) -> list[dict[str, Any]]:
        """Everything that was posted, as it is now."""
        with self._guard:
            return [dict(message) for message in self._messages]

    def button(self, where: str, action: str) -> Button | None:
        """The button for `action` that a message showed once; `where` names it or the approval."""
        with self._guard:
            return next((one for one in self._buttons if one.is_of(where, action)), None)

    def forget(self) -> None:
        """As if nothing had been posted."""
        with self._guard:
            self._messages.clear()
            self._buttons.clear()
            self._keep()

    def _recall(self, kept: Mapping[str, Any]) -> None:
        self._messages, self._count = list(kept["messages"]), int(kept["count"])
        self._buttons = [Button(*button) for button in kept["buttons"]]

    def _keep(self) -> None:
        if self._file is None:
            return
        known = {"messages": self._messages, "count": self._count, "buttons": self._buttons}
        part = self._file.with_suffix(".part")
        part.write_text(json.dumps(known), encoding="utf-8")
        part.replace(self._file)


def _channel(body: Mapping[str, Any]) -> str:
    named = str(body.get("channel", "")).removeprefix("#")
    found = CHANNELS.get(named, named)
    if found not in CHANNELS.values():
        raise Refusal("channel_not_found")
    return found


def _content(body: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: body[name] for name in ("text", "blocks", "thread_ts") if body.get(name)}
    if not kept.keys() & {"text", "blocks"}:
        raise Refusal("no_text")
    if len(str(kept.get("text", ""))) > _LONGEST:
        raise Refusal("msg_too_long")
    return kept


def _message(ts: Any, content: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "message", "ts": ts, "bot_id": BOT_ID, "user": BOT["user_id"], **content}
