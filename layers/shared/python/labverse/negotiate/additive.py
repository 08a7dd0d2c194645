"""Outcomes as one column per value of each issue: how a space of any size is looked at."""

import numpy as np

from labverse.negotiate.arrays import Floats, Ints
from labverse.negotiate.labels import reaching
from labverse.negotiate.reading import Terms
from labverse.negotiate.relaxation import Program, Row
from labverse.negotiate.risk import Risk

_BEAM = 64
CAP = 200_000
"""The most partial outcomes that are held."""


class Columns:
    """The outcomes as one-hot columns: gains are linear in them."""

    def __init__(self, sizes: tuple[int, ...], risk: Risk, tables: Floats, scale: Floats) -> None:
        self.sizes, self.risk, self.tables = sizes, risk, tables
        """tables: (n, sum of sizes, S)."""
        self.scale: Floats = scale
        """(n,): the size of an agent's gains. Rows are written in its units, as HiGHS's tolerances
        are absolute."""
        self.unit = np.where(scale > 0, scale, 1.0)
        self.starts = np.r_[0, np.cumsum(sizes)[:-1]]
        self.agents, self.scenarios = tables.shape[0], tables.shape[2]
        self.cost: Floats | None = None
        self.budget = 0.0

    @classmethod
    def of(cls, terms: Terms) -> "Columns":
        """All values of all issues, with the reserve taken off the first."""
        assert terms.tables is not None
        parts = [
            [table[0] - reserve, *table[1:]]
            for table, reserve in zip(terms.tables, terms.reserve, strict=True)
        ]
        tables = np.stack([np.concatenate(part) for part in parts])
        scale = np.array([sum(float(abs(t).max()) for t in part) for part in parts])
        made = cls(terms.sizes, terms.risk, tables, scale)
        if terms.cost is not None:
            made.cost, made.budget = np.concatenate(terms.cost), terms.budget
        return made

    def gains(self, outcomes: Ints) -> Floats:
        """(n, L, S) of outcomes (L, m)."""
        columns = (outcomes + self.starts).T
        found: Floats = self.tables[:, columns[0]]
        for column in columns[1:]:
            found += self.tables[:, column]
        return found

    def mix(self, weights: Floats) -> Floats:
        """(n, S): the gains of a point between outcomes."""
        mixed: Floats = np.einsum("ncs,c->ns", self.tables, weights)
        return mixed

    def mean(self, agent: int, belief: Floats) -> Floats:
        """(sum of sizes,): E_q of an agent's gain, as a linear row."""
        row: Floats = self.tables[agent] @ belief
        return row

    def bargaining_rows(self, extra: int) -> list[Row]:
        """Expected gains are not below 0, and the cost is inside the budget."""
        nothing, p = np.zeros(extra), self.risk.probabilities
        rows = [Row(self.mean(a, p) / self.unit[a], nothing, -1e-12) for a in range(self.agents)]
        return [*rows, *self.budget_rows(extra)]

    def budget_rows(self, extra: int) -> list[Row]:
        """The cost is inside the budget."""
        if self.cost is None:
            return []
        unit = max(abs(self.budget), float(abs(self.cost).max())) or 1.0
        return [Row(-self.cost / unit, np.zeros(extra), -self.budget / unit - 1e-12)]


def best_gains(columns: Columns) -> Floats | None:
    """(n, S + 1): the largest gain in each scenario, and last on average, over the bargaining set.

    None when the set is empty. One linear program each, then the outcomes that its duals leave.
    """
    program = Program(columns.sizes, 0)
    for row in columns.bargaining_rows(0):
        program.add(row)
    found = np.empty((columns.agents, columns.scenarios + 1))
    pool = np.zeros((0, len(columns.sizes)), dtype=np.int64)
    for agent in range(columns.agents):
        plain = columns.mean(agent, columns.risk.probabilities)
        for place, aim in enumerate([plain, *columns.tables[agent].T]):
            top = _largest(program, aim / columns.unit[agent], pool)
            if top is None:
                return None
            value, outcome = top
            found[agent, place - 1] = value * columns.unit[agent]
            pool = np.vstack([pool, outcome])
        pool = np.unique(pool, axis=0)
    return found


def _largest(program: Program, aim: Floats, pool: Ints) -> tuple[float, Ints] | None:
    """max aim · x over the program's rows, and where; `pool` are outcomes that meet them."""
    program.cost(-aim, np.zeros(0))
    relaxed = program.relax()
    if relaxed is None:
        return None
    rows = np.stack([row.outcome for row in program.rows])
    least = np.array([row.least for row in program.rows])
    told, price = aim + relaxed.dual @ rows, float(relaxed.dual @ least)
    rows = np.vstack([told, rows])
    known = aim[pool + program.starts].sum(axis=1).max() if len(pool) else -np.inf
    beam = reaching(rows, np.r_[known + price, least], program.sizes, _BEAM, beam=True)
    pool = pool if beam is None else np.vstack([pool, beam])
    best = aim[pool + program.starts].sum(axis=1).max() if len(pool) else -np.inf
    near = 1e-12 * abs(aim).max() * len(program.sizes)
    left = reaching(rows, np.r_[best - near + price, least], program.sizes, CAP)
    if left is None:
        whole = program.whole()
        if whole is None:
            return None
        left = whole.outcome[None]
    left = np.vstack([pool, left])
    if not len(left):
        return None
    values = aim[left + program.starts].sum(axis=1)
    return float(values.max()), left[values.argmax()]
