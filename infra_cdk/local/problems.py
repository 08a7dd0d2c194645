"""The one exception of the local cloud: what happened, and what to do next."""

from __future__ import annotations

from pathlib import Path

TAIL_LINES = 20


class Problem(Exception):
    """A failure that a person can act on."""

    def __init__(self, what: str, next_step: str) -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step

    def __str__(self) -> str:
        """Both halves, as printed at the end of a failed command."""
        return f"{self.what}\n  what to do: {self.next_step}"


class Refused(Problem):
    """The local cloud would not take a deployment."""


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """The last `lines` lines of a log file, indented and headed by its path."""
    if not log.exists():
        return f"(no log at {log})"
    text = log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
    return "\n".join([f"last lines of {log}:", *(f"    {line}" for line in text)])
