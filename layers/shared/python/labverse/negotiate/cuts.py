"""The rows of a linear program that say how bad each agent's loss is, added where they bite."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from labverse.negotiate.additive import Columns
from labverse.negotiate.arrays import Bools, Floats
from labverse.negotiate.relaxation import Program, Relaxed, Row

NEAR = 1e-9
"""A cut that gains less, relative to 1 + |loss|, is not worth a round."""
_ROUNDS = 400
Kind = Literal["max", "sum", "log"]


@dataclass(frozen=True, eq=False)
class Aim:
    """What is minimised: the largest w_i l_i, the sum of l_i, or the sum of -log(-l_i)."""

    base: Floats
    scale: Floats
    kind: Kind
    weights: Floats
    """(n,): 0 leaves an agent out."""
    floor: Floats | None
    """(n,): what V may not be below; None when outcomes need not be acceptable."""

    def score(self, losses: Floats) -> Floats:
        """(n, L) → (L,)."""
        counted = self.weights > 0
        if not counted.any():
            return np.zeros(losses.shape[1])
        losses = losses[counted]
        if self.kind == "max":
            top: Floats = (self.weights[counted, None] * losses).max(axis=0)
            return top
        if self.kind == "sum":
            return np.asarray(losses.sum(axis=0))
        return np.asarray(-np.log(np.maximum(-losses, 1e-300)).sum(axis=0))


class Cuts:
    """One aim over one space."""

    def __init__(self, columns: Columns, aim: Aim) -> None:
        self.columns, self.aim, n = columns, aim, columns.agents
        self.extra = {"max": n + 1, "sum": n, "log": 2 * n}[aim.kind]
        self.program = Program(columns.sizes, self.extra)
        limits = columns.budget_rows if aim.floor is None else columns.bargaining_rows
        self.sources: list[tuple[int, Floats] | None] = []
        """For each row the agent and the weights of scenarios that its columns are a mean with."""
        for place, row in enumerate(limits(self.extra)):
            mean = aim.floor is not None and place < n
            self._add(
                row, (place, columns.risk.probabilities / columns.unit[place]) if mean else None
            )
        plain = np.broadcast_to(columns.risk.probabilities, (n, columns.scenarios))
        for agent in range(n):
            self._cut(agent, plain[agent])
        cost = np.zeros(self.extra)
        counted = np.flatnonzero(aim.weights > 0).tolist()
        if aim.kind == "max":
            cost[n] = 1
            if not counted:  # else it has no bottom
                self._link(n, 0, 0.0, 0.0)
            for agent in counted:
                self._link(n, agent, float(-aim.weights[agent]), 0.0)
        else:
            cost[[agent + (n if aim.kind == "log" else 0) for agent in counted]] = 1
        if aim.kind == "log":
            for agent in counted:
                self._tangent(agent, 1.0)
        self.program.cost(np.zeros(sum(columns.sizes)), cost)
        self._first = len(self.sources)

    def _add(self, row: Row, source: tuple[int, Floats] | None) -> None:
        self.program.add(row)
        self.sources.append(source)

    def _link(self, first: int, second: int, factor: float, least: float) -> None:
        """y_first + factor y_second >= least."""
        extra = np.zeros(self.extra)
        extra[second] = factor
        extra[first] = 1
        self._add(Row(np.zeros(sum(self.columns.sizes)), extra, least), None)

    def _cut(self, agent: int, belief: Floats) -> None:
        """l_i >= E_q[(base_i - g_i) / scale_i]."""
        scale, extra = self.aim.scale[agent], np.zeros(self.extra)
        extra[agent] = 1
        row = self.columns.mean(agent, belief) / scale
        least = float(self.aim.base[agent] @ belief) / scale
        self._add(Row(row, extra, least), (agent, belief / scale))

    def _tangent(self, agent: int, value: float) -> None:
        """-log v >= 1 - log(v0) - v / v0, with v = -l."""
        n = self.columns.agents
        self._link(n + agent, agent, -1 / value, 1 - float(np.log(value)))

    def own(self, agent: int) -> Bools:
        """Which rows say how bad the agent's loss is."""
        pairs = zip(self.sources, self.program.rows, strict=True)
        told = [one is not None and one[0] == agent and row.extra.any() for one, row in pairs]
        return np.array(told, dtype=np.bool_)

    def shares(self, dual: Floats) -> list[tuple[int, Floats]]:
        """For each agent who is counted, the weights of his rows that bind, as one belief."""
        found = []
        for agent in np.flatnonzero(self.aim.weights > 0).tolist():
            share = np.where(self.own(agent), dual, 0.0)
            if share.sum() > 0:
                found.append((agent, share / share.sum()))
        return found

    def mixing(self, outcome: Floats) -> Floats:
        """(m,): how far apart the values are that a point between outcomes mixes, by issue."""
        rows = self.columns.tables / self.columns.unit[:, None, None]
        mean = np.add.reduceat(rows * outcome[:, None], self.program.starts, axis=1)
        away = rows - np.repeat(mean, self.columns.sizes, axis=1)
        spread: Floats = outcome * (away**2).sum(axis=(0, 2))
        return np.add.reduceat(spread, self.program.starts)

    def trim(self, dual: Floats) -> None:
        """Lets go of rows that bind nowhere near, so that many boxes do not pile them up."""
        idle = np.flatnonzero(dual == 0)
        idle = idle[idle >= self._first]
        if idle.size > 40:
            self.program.drop(idle)
            gone = set(idle.tolist())
            self.sources = [one for place, one in enumerate(self.sources) if place not in gone]

    def relax(self, above: float = np.inf, rounds: int | None = None) -> Relaxed | None:
        """The linear program, cut until its solution's own scores are exact, or past `above`."""
        for _ in range(_ROUNDS if rounds is None else rounds):
            solved = self.program.relax()
            if solved is None or solved.value > above or not self._refine(solved):
                return solved
        return self.program.relax()  # with a dual for each row, the last ones included

    def _refine(self, solved: Relaxed) -> bool:
        """Cuts off a solution that promises more than it holds; whether there was anything."""
        gains, risk = self.columns.mix(solved.outcome), self.columns.risk
        shortfall = (self.aim.base - gains) / self.aim.scale[:, None]
        losses, beliefs = risk.loss(shortfall), risk.worst_belief(shortfall)
        cut = False
        for agent in np.flatnonzero(self.aim.weights > 0).tolist():
            if losses[agent] > solved.extra[agent] + NEAR * (1 + abs(losses[agent])):
                self._cut(agent, beliefs[agent])
                cut = True
            cut |= self.aim.kind == "log" and self._bend(agent, solved)
        return self._robust(gains) or cut

    def _bend(self, agent: int, solved: Relaxed) -> bool:
        value, told = -solved.extra[agent], solved.extra[self.columns.agents + agent]
        value = max(value, 1e-6)
        if -np.log(value) <= told + 1e-7:
            return False
        self._tangent(agent, float(value))
        return True

    def _robust(self, gains: Floats) -> bool:
        """A row for each agent whose V is too low at these gains."""
        if self.aim.floor is None:
            return False
        values = self.columns.risk.value(gains)
        low = np.flatnonzero(values < self.aim.floor - NEAR * self.columns.scale).tolist()
        for agent in low:
            belief = self.columns.risk.worst_belief(-gains)[agent]
            belief /= self.columns.unit[agent]
            row = self.columns.mean(agent, belief)
            floor = float(self.aim.floor[agent] / self.columns.unit[agent])
            self._add(Row(row, np.zeros(self.extra), floor), (agent, belief))
        return bool(low)
