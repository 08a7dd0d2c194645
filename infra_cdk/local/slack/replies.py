"""Answers to clicks: where an app may send them, how often, and what came."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from typing import Any

MOST_USES, MOST_SECONDS = 5, 30 * 60


class Replies:
    """One address for each click, good for five answers in half an hour, as Slack's are."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._guard = clock, threading.Lock()
        self._issued: dict[str, tuple[float, int]] = {}
        self._kept: list[dict[str, Any]] = []

    def issue(self) -> str:
        """The name of a new address; nobody can guess it."""
        name = secrets.token_hex(12)
        with self._guard:
            self._issued[name] = (self._clock(), 0)
        return name

    def take(self, name: str, body: Mapping[str, Any]) -> str | None:
        """Keep an answer; Slack's code for why it is not taken, or None."""
        with self._guard:
            since, uses = self._issued.get(name, (float("-inf"), 0))
            if self._clock() - since > MOST_SECONDS:
                return "expired_url"
            if uses >= MOST_USES:
                return "used_url"
            if not (body.get("text") or body.get("blocks")):
                return "no_text"
            self._issued[name] = (since, uses + 1)
            self._kept.append({"reply": name, **body})
        return None

    def all(self) -> list[dict[str, Any]]:
        """What came, in its order."""
        with self._guard:
            return list(self._kept)

    def forget(self) -> None:
        """As if nothing had come; addresses stay good."""
        with self._guard:
            self._kept.clear()
