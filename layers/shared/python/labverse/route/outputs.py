"""How much models write, for when there is not money enough for the most they could."""

from collections import deque

_SAMPLES = 64


class Outputs:
    """How much models wrote of late, by task class; in this process, for when money is short."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], deque[int]] = {}

    def note(self, model: str, task_class: str, tokens: int) -> None:
        """One answer."""
        self._seen.setdefault((model, task_class), deque(maxlen=_SAMPLES)).append(tokens)

    def likely(self, model: str, task_class: str) -> int | None:
        """What 19 of 20 did not exceed; None where nothing is known."""
        seen = sorted(self._seen.get((model, task_class), ()))
        return seen[len(seen) * 95 // 100] if seen else None
