"""What a workspace of Slack knows: its channels, what was posted, and how it is to fail."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Of this stand-in only, and no secrets: real ones never come here.
BOT_TOKEN = "xoxb-local-stand-in"
SIGNING_SECRET = "local-stand-in-signs-with-this"
CHANNELS = {"cost-alerts": "C0COSTALERTS"}
BOT = {"team": "local", "team_id": "T0LOCAL", "user": "labverse", "user_id": "U0LABVERSE"}
BOT_ID = "B0LABVERSE"
MAX_SECONDS = 60.0
_LONGEST = 40_000
_FIRST = 1_700_000_000


@dataclass
class Fault:
    """How calls fail: a status (`500`), `hang`, or one of Slack's own codes, so many `times` (None:
    until it is lifted)."""

    error: str
    times: int | None = None
    retry_after: int = 1
    lifted: threading.Event = field(default_factory=threading.Event)


def fault(body: Mapping[str, Any]) -> Fault:
    """The fault that a request describes. Raises ValueError, saying what is wrong with it."""
    error, times, wait = body.get("error"), body.get("times"), body.get("retry_after", 1)
    if not isinstance(error, str) or not error.replace("_", "").isalnum():
        raise ValueError("error: ratelimited, hang, 500, or a code of Slack's")
    if not (times is None or isinstance(times, int)) or not isinstance(wait, int):
        raise ValueError("times and retry_after: whole numbers")
    return Fault(error, times, wait)


class Refusal(Exception):
    """An answer that is not ok, by Slack's code."""


class Workspace:
    """Messages in the order in which they came; safe from many threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._messages: list[dict[str, Any]] = []
        self._fault: Fault | None = None
        self._calls: dict[str, int] = {}
        self._count = 0

    def post(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """`chat.postMessage`. Raises Refusal."""
        channel, content = _channel(body), _content(body)
        with self._guard:
            self._count += 1
            ts = f"{_FIRST + self._count}.000100"
            self._messages.append({"channel": channel, "ts": ts, **content})
        return {"ok": True, "channel": channel, "ts": ts, "message": _message(ts, content)}

    def update(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """`chat.update`. Raises Refusal."""
        channel, content, ts = _channel(body), _content(body), body.get("ts")
        with self._guard:
            for message in self._messages:
                if (message["channel"], message["ts"]) == (channel, ts):
                    message.update(content, edited=True)
                    told = _message(ts, content)
                    text = content.get("text", "")
                    return {"ok": True, "channel": channel, "ts": ts, "text": text, "message": told}
        raise Refusal("message_not_found")

    def messages(self) -> list[dict[str, Any]]:
        """Everything that was posted, as it is now."""
        with self._guard:
            return [dict(message) for message in self._messages]

    def forget(self) -> None:
        """As if nothing had been posted or called."""
        with self._guard:
            self._messages.clear()
            self._calls.clear()

    def fail(self, wanted: Fault | None) -> None:
        """Fail so from now on; None: no longer. Calls that hang go on."""
        with self._guard:
            before, self._fault = self._fault, wanted
        if before is not None:
            before.lifted.set()

    def called(self, method: str) -> Fault | None:
        """Count a call, and say how it fails, if it does."""
        with self._guard:
            self._calls[method] = self._calls.get(method, 0) + 1
            found = self._fault
            if found is None or found.times == 0:
                return None
            if found.times is not None:
                found.times -= 1
            return found

    def calls(self) -> dict[str, int]:
        """How often each method was called."""
        with self._guard:
            return dict(self._calls)


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
