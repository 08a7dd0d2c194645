"""How the stand-in is to fail, and how often what of it was called."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_SECONDS = 60.0


@dataclass
class Fault:
    """How calls fail: a status (`500`), `hang`, or one of Slack's own codes, so many `times` (None:
    until it is lifted). `method` is the one that fails; None: each does."""

    error: str
    times: int | None = None
    retry_after: int = 1
    method: str | None = None
    lifted: threading.Event = field(default_factory=threading.Event)


def fault(body: Mapping[str, Any]) -> Fault:
    """The fault that a request describes. Raises ValueError, saying what is wrong with it."""
    error, times, wait = body.get("error"), body.get("times"), body.get("retry_after", 1)
    method = body.get("method")
    if not isinstance(error, str) or not error.replace("_", "").isalnum():
        raise ValueError("error: ratelimited, hang, 500, or a code of Slack's")
    if not (times is None or isinstance(times, int)) or not isinstance(wait, int):
        raise ValueError("times and retry_after: whole numbers")
    if not (method is None or isinstance(method, str)):
        raise ValueError("method: a name, such as chat.update or response_url")
    return Fault(error, times, wait, method)


class Failing:
    """One fault at a time; safe from many threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._fault: Fault | None = None
        self._calls: dict[str, int] = {}

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
            if found is None or found.times == 0 or found.method not in (None, method):
                return None
            if found.times is not None:
                found.times -= 1
            return found

    def calls(self) -> dict[str, int]:
        """How often each method was called."""
        with self._guard:
            return dict(self._calls)

    def forget(self) -> None:
        """As if nothing had been called."""
        with self._guard:
            self._calls.clear()
