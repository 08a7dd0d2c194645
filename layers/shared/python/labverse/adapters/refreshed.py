"""A value that is read now and then, in a thread of its own: hardly anybody waits for it."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from labverse.kernel.clock import Clock
from labverse.kernel.errors import Unavailable
from labverse.platform import telemetry

T = TypeVar("T")
# A process may have been frozen: what nobody asked for in so many periods is not told once more.
_PERIODS = 5


class Refreshed(Generic[T]):
    """`read`, at most every `seconds`; safe from many threads.

    The first to ask waits up to `patience` seconds for it; so does the first after a long pause.
    Else a value that is too old is told once more, while one thread reads the next. While `read`
    raises Unavailable the value stays as it was, `empty` at first, and the log says so.
    """

    def __init__(
        self, read: Callable[[], T], empty: T, clock: Clock, *, seconds: float, patience: float
    ) -> None:
        self._read, self._value, self._clock = read, empty, clock
        self._seconds, self._patience = seconds, patience
        self._lock, self._at = threading.Lock(), float("-inf")
        self._ready = threading.Event()

    def value(self) -> T:
        """The value as of a moment ago."""
        age = self._clock.monotonic() - self._at
        if age >= self._seconds and self._lock.acquire(False):
            if age >= _PERIODS * self._seconds:
                self._ready.clear()
            # Whoever comes while the thread is under way takes what there is.
            threading.Thread(target=self._refresh, daemon=True).start()
        if not self._ready.is_set():
            self._ready.wait(self._patience)
            self._ready.set()
        return self._value

    def _refresh(self) -> None:
        try:
            self._value = self._read()
        except Unavailable as error:
            telemetry.logger().warning("not refreshed", extra={"why": str(error)})
        finally:
            self._at = self._clock.monotonic()
            self._ready.set()
            self._lock.release()
