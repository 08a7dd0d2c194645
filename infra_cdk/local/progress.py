"""Progress lines: seconds since the command began, the part that speaks, what it did."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

_BEGAN = time.monotonic()
_LOCK = threading.Lock()


def say(subject: str, text: str) -> None:
    """Print one line such as `[ 12.3 s] emulator   started on 127.0.0.1:4566`, at once."""
    line(f"[{time.monotonic() - _BEGAN:5.1f} s] {subject:<10} {text}")


def line(text: str = "") -> None:
    """Print plain text, at once and never interleaved with another thread's line."""
    with _LOCK:
        try:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            # The reader (`make up | head`) has seen enough; the work still has to be finished.
            sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115


class Stopwatch:
    """Seconds since it was made, for lines that say how long one step took."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __str__(self) -> str:
        """Seconds with one decimal, such as `3.2 s`."""
        return f"{time.monotonic() - self._began:.1f} s"
