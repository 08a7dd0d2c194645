"""How long the present thread may still take: one deadline for all that a call does."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TypeVar

_T = TypeVar("_T")


class _Present(threading.local):
    until: float | None = None


_present = _Present()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Everything this thread does inside ends `seconds` from now; nesting never extends it."""
    outer, until = _present.until, time.monotonic() + seconds
    _present.until = until if outer is None else min(outer, until)
    try:
        yield
    finally:
        _present.until = outer


def left(otherwise: float | None = None) -> float | None:
    """Seconds until this thread's deadline, always above 0; `otherwise` where it has none.

    Raises TimeoutError once there is nothing left.
    """
    if _present.until is None:
        return otherwise
    seconds = _present.until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("the deadline has passed")
    return seconds


def in_time(work: Callable[[], _T]) -> _T:
    """What `work` returns or raises; for work that takes no time-out of its own.

    Raises TimeoutError at the deadline. The work then goes on in its own thread, unheard: Python
    cannot stop it, and nobody waits for it.
    """
    seconds = left()
    if seconds is None:
        return work()
    ended: Future[_T] = Future()

    def run() -> None:
        try:
            ended.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            ended.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return ended.result(seconds)
