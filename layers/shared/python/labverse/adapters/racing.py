"""`Racing` on threads of this process."""

import threading
from queue import Empty, SimpleQueue

from labverse.route.hedging import Attempt
from labverse.route.task import Ended


class Threads:
    """A thread for each attempt. One that nobody waits for any more still ends, and is paid for;
    where the process is stopped before, its lease expires and counts as spent.
    """

    def race(self, first: Attempt, patience: float, second: Attempt) -> list[Ended]:
        """As `Racing.race`."""
        ends: SimpleQueue[Ended | BaseException | None] = SimpleQueue()
        _begin(first, ends)
        running, ended = 1, list[Ended]()
        try:
            ends.put(_raised(ends.get(timeout=patience)))
        except Empty:
            running = 2
            _begin(second, ends)
        while running and not (ended and ended[-1].reply):
            one = _raised(ends.get())
            running -= 1
            if one is not None:
                ended.append(one)
        return ended


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
