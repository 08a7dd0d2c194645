"""A space whose utilities add up over issues, held as two half tables.

With the outcome as (row, column) of the first and the last issues, g(row, column, s) =
A[row, s] + B[column, s]. Half tables of 1e6 outcomes have 1e3 rows each, so the (n, S, X) tensor
(3.2 GB at 4 agents and 100 scenarios) is never needed.
"""

import numpy as np

from labverse.negotiate.arrays import Bools, Floats, Ints
from labverse.negotiate.fields import added
from labverse.negotiate.grid_best import best_in_grid

_FEW = 4096  # outcomes that are looked at one by one sooner than by rows
_SPARSE = 16  # a strided read costs about as much as so many in a row
_CHUNK = 2_000_000  # numbers held at a time


class GridSpace:
    """See labverse.negotiate.space.Space."""

    def __init__(
        self,
        sizes: tuple[int, ...],
        tables: list[list[Floats]],
        given: tuple[Floats, Floats],
        allowed: Bools | None,
    ) -> None:
        """`given`: the reserve (n, S) and the probabilities (S,)."""
        reserve, self._plain = given[0], np.broadcast_to(given[1], given[0].shape)
        self.sizes, (self.agents, self.scenarios) = sizes, reserve.shape
        split = halfway(sizes)
        self._first = [added(table[:split]) - d for table, d in zip(tables, reserve, strict=True)]
        nothing = np.zeros((1, self.scenarios))
        self._last = [added(table[split:]) if table[split:] else nothing for table in tables]
        self._rows, self._columns = self._first[0].shape[0], self._last[0].shape[0]
        self.count = self._rows * self._columns
        halves = zip(self._first, self._last, strict=True)
        self.scale = np.array([abs(first).max() + abs(last).max() for first, last in halves])
        self._allowed = allowed

    def affordable(self) -> Ints:
        """Every outcome that the constraints let through."""
        return np.arange(self.count) if self._allowed is None else np.flatnonzero(self._allowed)

    def allows(self, index: Ints) -> Bools:
        """Looked up."""
        return np.ones(index.size, np.bool_) if self._allowed is None else self._allowed[index]

    def _halves(self, belief: Floats) -> list[tuple[Floats, Floats]]:
        halves = zip(self._first, self._last, belief, strict=True)
        return [(_mean(first, q), _mean(last, q)) for first, last, q in halves]

    def acceptable(self, floor: Floats) -> tuple[Ints, Floats]:
        """Compare columns with what each row lacks: no sum is formed where one is not asked for."""
        inside = np.ones((self._rows, self._columns), dtype=np.bool_)
        for (row, column), least in zip(self._halves(self._plain), floor, strict=True):
            inside &= column >= (least - row)[:, None]
        if self._allowed is not None:
            inside &= self._allowed.reshape(inside.shape)
        index = np.flatnonzero(inside)
        return index, self.means(index, self._plain)

    def gains(self, index: Ints) -> Floats:
        """One row of each half table per outcome."""
        row, column = np.divmod(index, self._columns)
        found = np.empty((self.agents, index.size, self.scenarios))
        for agent in range(self.agents):
            np.take(self._first[agent], row, axis=0, out=found[agent])
            found[agent] += self._last[agent][column]
        return found

    def means(self, index: Ints, belief: Floats) -> Floats:
        """The mean of a sum is the sum of means: two small products, then one addition each."""
        row, column = np.divmod(index, self._columns)
        found = np.empty((self.agents, index.size))
        for agent, (first, last) in enumerate(self._halves(belief)):
            found[agent] = first[row] + last[column]
        return found

    def best(self, index: Ints) -> Floats:
        """Few outcomes are looked at; of many, only the rows that could hold the best."""
        if index.size > _FEW:
            inside = np.zeros(self.count, dtype=np.bool_)
            inside[index] = True
            keys = [last.mean(axis=1) for last in self._last]
            mask = inside.reshape(self._rows, self._columns)
            return best_in_grid((self._first, self._last), keys, mask)
        found = np.full((self.agents, self.scenarios), -np.inf)
        step = max(1, _CHUNK // (self.agents * self.scenarios))
        for start in range(0, index.size, step):
            part = self.gains(index[start : start + step])
            np.maximum(found, part.max(axis=1), out=found)
        return found


def _mean(half: Floats, belief: Floats) -> Floats:
    """E_q of each row; of a belief in a few scenarios only those are read."""
    held = np.flatnonzero(belief)
    few = held.size * _SPARSE < belief.size
    mean: Floats = half[:, held] @ belief[held] if few else half @ belief
    return mean


def halfway(sizes: tuple[int, ...]) -> int:
    """How many issues go to the first half, so that the larger half is as small as can be."""

    def larger(split: int) -> int:
        rows = columns = 1
        for place, size in enumerate(sizes):
            if place < split:
                rows *= size
            else:
                columns *= size
        return max(rows, columns)

    return min(range(1, len(sizes) + 1), key=larger)
