"""A problem as it was given, checked field by field, and as the searches want it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import TypeVar

from labverse.negotiate import fields
from labverse.negotiate.arrays import Bools, Floats
from labverse.negotiate.dense import DenseSpace
from labverse.negotiate.fields import Faulty
from labverse.negotiate.grid import GridSpace
from labverse.negotiate.problem import Problem
from labverse.negotiate.risk import Risk
from labverse.negotiate.space import Space

ENUMERABLE = 10_000_000
"""The most outcomes that are enumerated; beyond, everything must add up over issues."""
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Terms:
    """A checked problem. Scenarios of probability 0 are left out."""

    sizes: tuple[int, ...]
    risk: Risk
    reserve: Floats
    weights: Floats
    owner: tuple[int, ...]
    epsilon: float
    equilibrium: bool
    tables: list[list[Floats]] | None
    utilities: Floats | None
    cost: list[Floats] | Floats | None
    """Per issue, or one per outcome."""
    budget: float

    @property
    def count(self) -> int:
        """How many outcomes there are, exactly."""
        return prod(self.sizes)

    @property
    def agents(self) -> int:
        """How many agents there are."""
        return len(self.reserve)

    @cached_property
    def allowed(self) -> Bools | None:
        """Which outcomes are inside the budget; None when all are."""
        return None if self.cost is None else fields.allowed(self.cost, self.budget)

    def space(self) -> Space:
        """The outcomes, ready to be searched; only where they can be enumerated."""
        if self.tables is not None:
            given = self.reserve, self.risk.probabilities
            return GridSpace(self.sizes, self.tables, given, self.allowed)
        assert self.utilities is not None  # one of the two is there: `fields.forms`
        whole = self.utilities, self.reserve, self.risk.probabilities
        return DenseSpace(self.sizes, whole, self.allowed)


def too_large(problem: Problem) -> str | None:
    """Why this cannot be enumerated, told from sizes alone, before anything of it is read."""
    try:
        sizes = fields.sizes(problem.sizes)
    except Faulty:
        return None  # reported with all other faults
    single = isinstance(problem.cost, list | tuple) and len(problem.cost) == 1
    whole = (fields.whole(problem.cost) or single) and len(sizes) > 1
    if prod(sizes) > ENUMERABLE and (problem.utilities is not None or whole):
        what = "utilities" if problem.utilities is not None else "cost"
        return f"{what}: {prod(sizes)} outcomes; beyond {ENUMERABLE} they must add up over issues"
    return None


class Reader:
    """Collects every fault of a problem, so that all are told at once."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.faults: list[str] = []

    def read(self, check: Callable[[], T]) -> T | None:
        """What the check returns; its fault is noted."""
        try:
            return check()
        except Faulty as fault:
            self.faults.append(str(fault))
            return None

    def terms(self) -> Terms | None:
        """The checked problem, or None with its faults noted."""
        p = self.problem
        sizes = self.read(lambda: fields.sizes(p.sizes))
        chances = self.read(lambda: fields.probabilities(p.probabilities))
        scenarios = None if chances is None else chances.size
        reserve = self.read(lambda: fields.reserve(p.reserve, scenarios))
        aversion = self.read(lambda: fields.number("risk_aversion", p.risk_aversion, 0, 1))
        tail = self.read(lambda: fields.number("tail", p.tail, 0, 1))
        epsilon = self.read(lambda: fields.number("epsilon", p.epsilon, 0))
        equilibrium = self.read(lambda: fields.flag("nash_equilibrium", p.nash_equilibrium))
        self.read(lambda: fields.forms(p))
        if sizes is None or chances is None or reserve is None:
            return None
        risk = chances, aversion or 0.0, tail or 0.0
        return self._rest(sizes, risk, reserve, (epsilon or 0.0, bool(equilibrium)))

    def _rest(
        self,
        sizes: tuple[int, ...],
        risk: tuple[Floats, float, float],
        reserve: Floats,
        game: tuple[float, bool],
    ) -> Terms | None:
        """What can be checked only once the counts of issues, agents and scenarios are known."""
        p, (n, s) = self.problem, reserve.shape
        weights = self.read(lambda: fields.weights(p.weights, n))
        owner = self.read(lambda: fields.owner(p.owner, len(sizes), n))
        cost = None if p.cost is None else self.read(lambda: fields.costs(p.cost, sizes))
        budget = self._budget()
        tables = utilities = None
        if p.tables is not None:
            tables = self.read(lambda: fields.tables(p.tables, sizes, n, s))
        if p.utilities is not None:
            utilities = self.read(lambda: fields.utilities(p.utilities, (n, s, prod(sizes))))
        if self.faults or weights is None or owner is None:
            return None
        real = risk[0] > 0
        if not real.all():
            risk, reserve = (risk[0][real], *risk[1:]), reserve[:, real]
            tables = tables and [[part[:, real] for part in table] for table in tables]
            utilities = None if utilities is None else utilities[:, real]
        limit = (None, 0.0) if budget is None else (cost, budget)
        return Terms(sizes, Risk(*risk), reserve, weights, owner, *game, tables, utilities, *limit)

    def _budget(self) -> float | None:
        if self.problem.budget is None:
            return None
        low = -float("inf")
        return self.read(lambda: fields.number("budget", self.problem.budget, low))
