"""Which provider is sick, in what way, and how often each was called."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EVERYONE = "*"
MAX_SECONDS = 60.0
KINDS = (
    "429", "quota", "500", "503", "529", "401", "403", "reset", "hang", "drip", "malformed",
    "empty_choices", "empty_text", "truncated", "wrong_json", "slow",
)  # fmt: skip
_MEMBERS = {"provider", "fault", "after", "times", "seconds", "retry_after"}


@dataclass
class Fault:
    """One way to be sick: begins after `after` good calls, ends after `times` bad ones (None: when
    cleared). `seconds` is how long `slow` waits and `hang` lasts; `lifted` ends both at once."""

    provider: str
    kind: str
    after: int = 0
    times: int | None = None
    seconds: float = MAX_SECONDS
    retry_after: int | None = None
    lifted: threading.Event = field(default_factory=threading.Event)

    def told(self) -> dict[str, Any]:
        """What GET /_faults says of it."""
        return {
            "provider": self.provider,
            "fault": self.kind,
            "after": self.after,
            "times": self.times,
            "seconds": self.seconds,
            "retry_after": self.retry_after,
        }


def parse(body: Any) -> Fault:
    """The fault that a request describes. Raises ValueError, saying what is wrong with it."""
    if not isinstance(body, Mapping):
        raise ValueError('send an object such as {"provider": "openai", "fault": "500"}')
    unknown = sorted(set(body) - _MEMBERS)
    if unknown:
        raise ValueError(f"unknown: {', '.join(unknown)}; known: {', '.join(sorted(_MEMBERS))}")
    provider, kind = body.get("provider"), str(body.get("fault"))
    if not isinstance(provider, str) or not provider:
        raise ValueError(f"provider: name one, or {EVERYONE!r} for all")
    if kind not in KINDS:
        raise ValueError(f"fault: {kind!r} is none of {', '.join(KINDS)}")
    times = body.get("times")
    return Fault(
        provider=provider,
        kind=kind,
        after=int(_number(body, "after", 0)),
        times=None if times is None else int(_number(body, "times", 1)),
        seconds=_number(body, "seconds", 3.0 if kind == "slow" else MAX_SECONDS),
        retry_after=None if "retry_after" not in body else int(_number(body, "retry_after", 0)),
    )


class Book:
    """The faults and counts of one server; safe from many threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._faults: dict[str, Fault] = {}
        self._calls: dict[str, dict[str, int]] = {}

    def put(self, fault: Fault) -> None:
        """Make the provider sick in this way, and no longer in another."""
        self.clear(fault.provider)
        with self._guard:
            self._faults[fault.provider] = fault

    def clear(self, provider: str | None = None) -> None:
        """Make one provider (or all) well; calls that wait go on."""
        with self._guard:
            names = list(self._faults) if provider is None else [provider]
            gone = [self._faults.pop(name) for name in names if name in self._faults]
        for fault in gone:
            fault.lifted.set()

    def take(self, provider: str) -> Fault | None:
        """Count a call, and say how it goes wrong, if it does."""
        with self._guard:
            count = self._calls.setdefault(provider, {"calls": 0, "faulty": 0})
            count["calls"] += 1
            fault = self._faults.get(provider) or self._faults.get(EVERYONE)
            if fault is None or not _due(fault):
                return None
            count["faulty"] += 1
            return fault

    def faults(self) -> list[dict[str, Any]]:
        """Every fault there is."""
        with self._guard:
            return [fault.told() for fault in self._faults.values()]

    def calls(self) -> dict[str, dict[str, int]]:
        """Calls since the start (or `forget`) by provider, and how many of them were faulty."""
        with self._guard:
            return {name: dict(count) for name, count in self._calls.items()}

    def forget(self) -> None:
        """Count from zero."""
        with self._guard:
            self._calls.clear()


def _due(fault: Fault) -> bool:
    if fault.after > 0:
        fault.after -= 1
        return False
    if fault.times is None:
        return True
    fault.times -= 1
    return fault.times >= 0


def _number(body: Mapping[str, Any], name: str, default: float) -> float:
    value = body.get(name, default)
    usable = isinstance(value, int | float) and not isinstance(value, bool)
    if not usable or not 0 <= value <= MAX_SECONDS:
        raise ValueError(f"{name}: a number from 0 to {MAX_SECONDS:.0f}")
    return float(value)
