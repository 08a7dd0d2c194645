"""`Racing` on threads of this process."""

import threading
from queue import Empty, SimpleQueue

from labverse.route.hedging import Attempt
from labverse.route.task import Ended


class Threads:
    """A thread for each attempt. One that nobody waits for any more still ends, and is paid for;
    where the process is stopped before, its lease expires and counts as spent.
    """

    def race(self, first: Attempt, patience: float, second: Attempt) -> Ended | None:
        """As `Racing.race`."""
        ends: SimpleQueue[Ended | BaseException | None] = SimpleQueue()
        _begin(first, ends)
        try:
            return _raised(ends.get(timeout=patience))
        except Empty:
            _begin(second, ends)
        last = None
        for _ in range(2):
            ended = _raised(ends.get())
            last = ended or last
            if ended is not None and ended.reply is not None:
                break
        return last


def _begin(attempt: Attempt, ends: SimpleQueue[Ended | BaseException | None]) -> None:
    def run() -> None:
        try:
            ends.put(attempt())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            ends.put(error)

    threading.Thread(target=run, daemon=True).start()


def _raised(end: Ended | BaseException | None) -> Ended | None:
    if isinstance(end, BaseException):
        raise end
    return end
