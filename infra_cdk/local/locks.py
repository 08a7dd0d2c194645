"""Locks between processes: one `make up` per clone at a time, one builder per environment."""

from __future__ import annotations

import contextlib
import fcntl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from infra_cdk.local import progress

QUIET_SECONDS = 3.0
_GUARD = threading.Lock()
_THREADS: dict[Path, threading.Lock] = {}


def try_lock(path: Path) -> IO[str] | None:
    """Take the lock file at `path` without waiting; None when another process holds it.

    The lock lives as long as the returned file stays open, so a killed process frees it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = path.open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        return None
    return handle


@contextlib.contextmanager
def locked(path: Path, what: str) -> Iterator[None]:
    """Hold the lock at `path` between threads and processes.

    Says so once when another process keeps it waiting for long; our own threads wait silently.
    """
    with _GUARD:
        mine = _THREADS.setdefault(path, threading.Lock())
    with mine, _flocked(path, what):
        yield


def _flocked(path: Path, what: str) -> IO[str]:
    quiet_until = time.monotonic() + QUIET_SECONDS
    while (handle := try_lock(path)) is None:
        if quiet_until and time.monotonic() > quiet_until:
            progress.say("lock", f"waiting: another command is busy with {what}")
            quiet_until = 0.0
        time.sleep(0.05)
    return handle
