"""Counts that all processes share: named numbers on named items, which are only ever added to."""

from collections.abc import Mapping, Sequence
from typing import Protocol

Counts = Mapping[str, int]


class Counters(Protocol):
    """Where counts are kept. Each method raises Unavailable; a count may then be lost, or doubled:
    they say how things usually are, and never how much money was spent.
    """

    def add(self, item: str, counts: Counts, until: int) -> None:
        """Add to an item's counts; the item goes at `until`, in seconds since 1970."""
        ...

    def read(self, items: Sequence[str]) -> list[Counts]:
        """The counts of these items, in that order; one that was never added to is empty."""
        ...
