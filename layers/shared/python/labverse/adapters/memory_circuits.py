"""Circuits of one process: for the library, and for whoever has no table."""

from collections.abc import Mapping
from threading import Lock

from labverse.route.breaker import Circuit


class MemoryCircuits:
    """`Circuits` in a dictionary, behind one lock."""

    def __init__(self) -> None:
        self._circuits: dict[str, Circuit] = {}
        self._lock = Lock()

    def known(self) -> Mapping[str, Circuit]:
        """Every circuit there is."""
        return self._circuits

    def swap(self, old: Circuit, new: Circuit) -> Circuit | None:
        """Put `new` in the place of `old`, if that is what is there."""
        with self._lock:
            there = self._circuits.get(old.provider) or Circuit(old.provider)
            if there.version != old.version:
                return there
            # A copy: whoever looks at the old one meanwhile is not disturbed.
            self._circuits = {**self._circuits, new.provider: new}
            return None
