"""A space whose utilities are given whole, (n, S, X): the caller holds it, we copy parts only."""

import numpy as np

from labverse.negotiate.arrays import Bools, Floats, Ints

_CHUNK = 2_000_000  # numbers held at a time


class DenseSpace:
    """See labverse.negotiate.space.Space."""

    def __init__(
        self, sizes: tuple[int, ...], given: tuple[Floats, Floats, Floats], allowed: Bools | None
    ) -> None:
        """`given`: utilities (n, S, X), the reserve (n, S) and the probabilities (S,)."""
        utilities, reserve, probabilities = given
        self.sizes = sizes
        self.agents, self.scenarios, self.count = utilities.shape
        self._utilities, self._reserve, self._allowed = utilities, reserve, allowed
        expected = np.stack([probabilities @ rows for rows in utilities])
        self.scale = abs(expected).max(axis=1) + abs(reserve).max(axis=1)
        self._expected = expected - np.einsum("ns,s->n", reserve, probabilities)[:, None]

    def affordable(self) -> Ints:
        """Every outcome that the constraints let through."""
        return np.arange(self.count) if self._allowed is None else np.flatnonzero(self._allowed)

    def allows(self, index: Ints) -> Bools:
        """Looked up."""
        return np.ones(index.size, np.bool_) if self._allowed is None else self._allowed[index]

    def acceptable(self, floor: Floats) -> tuple[Ints, Floats]:
        """The means were formed when the tensor was read."""
        inside = (self._expected >= floor[:, None]).all(axis=0)
        if self._allowed is not None:
            inside &= self._allowed
        index = np.flatnonzero(inside)
        return index, self._expected[:, index]

    def gains(self, index: Ints) -> Floats:
        """Columns of the tensor, less the reserve."""
        picked = np.ascontiguousarray(self._utilities[:, :, index].transpose(0, 2, 1))
        picked -= self._reserve[:, None, :]
        return picked

    def means(self, index: Ints, belief: Floats) -> Floats:
        """Only scenarios that the belief does not leave out are read."""
        found = np.empty((self.agents, index.size))
        for agent, q in enumerate(belief):
            held = np.flatnonzero(q)
            rows = self._utilities[agent]
            found[agent] = -(q @ self._reserve[agent])
            step = max(1, _CHUNK // max(1, held.size))  # a belief may be in nothing
            for start in range(0, index.size, step):
                part = index[start : start + step]
                found[agent, start : start + step] += q[held] @ rows[np.ix_(held, part)]
        return found

    def best(self, index: Ints) -> Floats:
        """Row by row, so that no second tensor is held."""
        found = np.empty((self.agents, self.scenarios))
        for agent, rows in enumerate(self._utilities):
            if index.size == self.count:
                found[agent] = rows.max(axis=1)
            else:
                for scenario, row in enumerate(rows):
                    found[agent, scenario] = row[index].max()
        return found - self._reserve
