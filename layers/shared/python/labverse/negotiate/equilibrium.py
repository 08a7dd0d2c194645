"""Pure Nash equilibria of the game in which each agent sets the issues that he alone controls.

Payoffs are V. An outcome is an equilibrium when no change of an agent's own issues, inside the
constraints, raises his V by more than eps (1 + max |V_i|). Joint issues need every signature: the
only move there is to walk away, which V >= 0 covers (the unanimity game; Nash 1953).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from labverse.negotiate.arrays import Floats, Ints
from labverse.negotiate.risk import Risk
from labverse.negotiate.space import Space

LEAST = 1e-9
"""What is always allowed as rounding, in units of 1 + max |V|."""
_CHUNK = 2_000_000  # numbers held at a time
_LINE = 64  # outcomes of a line looked at together


def strides(sizes: Sequence[int]) -> list[int]:
    """How far apart neighbouring values of each issue are in C order."""
    found = [1]
    for size in reversed(sizes[1:]):
        found.append(found[-1] * size)
    return found[::-1]


class Deviations:
    """What each agent could get by himself from an outcome."""

    def __init__(self, space: Space, risk: Risk, owner: Sequence[int]) -> None:
        self.space, self.risk = space, risk
        self._belief = np.broadcast_to(risk.probabilities, (space.agents, space.scenarios))
        self._steps = list(zip(strides(space.sizes), space.sizes, owner, strict=True))
        self.movers = sorted(set(owner) - {-1})
        self._known: dict[tuple[int, int], float] = {}
        self._offsets = {agent: self._own(agent) for agent in self.movers}

    def _own(self, agent: int) -> Ints:
        mine = [range(0, step * size, step) for step, size, who in self._steps if who == agent]
        return np.array([sum(move) for move in product(*mine)], dtype=np.int64)

    def base(self, agent: int, index: Ints) -> Ints:
        """The outcomes with the agent's own issues at their first values: one per line."""
        own = (index // step % size * step for step, size, who in self._steps if who == agent)
        return index - sum(own, start=np.zeros_like(index))

    def line(self, agent: int, index: int) -> Ints:
        """The outcomes inside the constraints that the agent can turn this one into."""
        found = self.base(agent, np.array([index])) + self._offsets[agent]
        return found[self.space.allows(found)]

    def tops(self, agent: int, index: Ints) -> Floats:
        """The most that V can be made by the agent alone from each outcome, line by line."""
        bases, line = np.unique(self.base(agent, index), return_inverse=True)
        top = np.full(bases.size, -np.inf)
        offsets = self._offsets[agent]
        step = max(1, _CHUNK // (self.space.agents * self.space.scenarios * offsets.size))
        for start in range(0, bases.size, step):
            block = bases[start : start + step, None] + offsets
            values = np.full(block.shape, -np.inf)
            inside = self.space.allows(block.ravel()).reshape(block.shape)
            values[inside] = self._values(agent, block[inside])
            top[start : start + step] = values.max(axis=1)
        return top[line]

    def _values(self, agent: int, index: Ints) -> Floats:
        """V of one agent, in pieces that fit in memory."""
        found = np.empty(index.size)
        step = max(1, _CHUNK // (self.space.agents * self.space.scenarios))
        for start in range(0, index.size, step):
            gains = self.space.gains(index[start : start + step])[agent]
            found[start : start + step] = self.risk.value(gains)
        return found

    def gain(self, agent: int, index: int, value: float) -> float:
        """How much the agent's V rises at most, by himself, from an outcome where it is `value`."""
        return max(0.0, self._top(agent, index) - value)

    def _top(self, agent: int, index: int) -> float:
        """The largest V on a line. Many outcomes share it, so it is remembered."""
        key = agent, int(self.base(agent, np.array([index]))[0])
        if key not in self._known:
            line = self.line(agent, index)
            means = self.space.means(line, self._belief)[agent]
            order, best = np.argsort(-means, kind="stable"), -np.inf
            for start in range(0, line.size, _LINE):
                part = order[start : start + _LINE]
                if means[part[0]] <= best:  # V is at most the mean
                    break
                best = max(best, float(self._values(agent, line[part]).max()))
            self._known[key] = best
        return self._known[key]


@dataclass(frozen=True, eq=False)
class Equilibria:
    """The filter that a search asks."""

    deviations: Deviations
    allowed: Floats
    """(n,): the gain that does not count."""

    def accepts(self, index: np.int64, values: Floats) -> bool:
        """Whether nobody gains by a change of his own."""
        return all(
            self.deviations.gain(agent, int(index), float(values[agent])) <= self.allowed[agent]
            for agent in self.deviations.movers
        )


def largest_values(space: Space, risk: Risk) -> Floats:
    """(n,): max |V_i| over the outcomes inside the constraints."""
    found = np.zeros(space.agents)
    index = space.affordable()
    step = max(1, _CHUNK // (space.agents * space.scenarios))
    for start in range(0, index.size, step):
        values = abs(risk.value(space.gains(index[start : start + step])))
        found = np.maximum(found, values.max(axis=1))
    return found


def nearest_equilibrium(
    deviations: Deviations, index: Ints, values: Floats, scale: Floats
) -> tuple[int, float]:
    """The place whose largest gain by a deviation, in units of `scale`, is least; and that gain."""
    worst = np.zeros(index.size)
    for agent in deviations.movers:
        gain = deviations.tops(agent, index) - values[agent]
        np.maximum(worst, gain / scale[agent], out=worst)
    return int(worst.argmin()), float(worst.min())
