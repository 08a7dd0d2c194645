"""What is negotiated, as arrays, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["agreed", "no_agreement", "no_equilibrium", "invalid", "bounded", "too_large"]
Certificate = dict[str, Any]
"""Plain JSON values, written by `labverse.negotiate.certificate`."""
Given = Any
"""An array, or nested lists of numbers; `solve` tells of anything else as a fault."""


@dataclass(frozen=True, eq=False)
class Problem:
    """n agents, m issues with finite domains, S scenarios, X = the product of `sizes` outcomes.

    Outcomes are counted in C order, the last issue fastest. Utilities are money per period, in one
    currency per agent; each agent's own scale and offset do not matter. `solve` checks everything.
    """

    sizes: Sequence[int]
    probabilities: Given
    """(S,), each at least 0, their sum 1 within 1e-6. Never normalised for you."""
    reserve: Given
    """(n, S): what an agent has without a deal, in each scenario."""
    tables: Given = None
    """tables[i][j], (sizes[j], S): utilities that add up over issues."""
    utilities: Given = None
    """(n, S, X): any utilities; either these or `tables`."""
    cost: Given = None
    """Per issue (sizes[j],), added up, or one (X,); compared with `budget`."""
    budget: float | None = None
    weights: Given = None
    """(n,): how much an agent's regret counts; ones when absent."""
    owner: Sequence[int] | None = None
    """(m,): the agent who alone controls an issue; -1 (and absent) is joint."""
    risk_aversion: float = 0.2
    """How much belief goes to the worst `tail` of the world: 0 = the mean, 1 = the tail alone."""
    tail: float = 0.10
    """Share of the world that CVaR averages over; 0 = the single worst scenario."""
    nash_equilibrium: bool = False
    """Choose only among outcomes from which nobody gains by changing the issues he owns."""
    epsilon: float = 0.0
    """The gain, in units of 1 + max |V|, that does not count as one; at least 1e-9 is allowed."""


@dataclass(frozen=True, eq=False)
class Solution:
    """A deal with the numbers that prove it, or why there is none.

    `reason` is empty when agreed; a code (`infeasible_constraints`, `empty_zopa`, `not_robust`,
    `no_pure_equilibrium`, …) with its figures in the certificate; or the list of bad fields.
    """

    status: Status
    reason: str = ""
    index: int | None = None
    """In C order; a Python int, exact whatever the number of outcomes."""
    outcome: tuple[int, ...] | None = None
    phi: float | None = None
    """max over agents of weight times regret."""
    rho: tuple[float, ...] | None = None
    """Each agent's normalised regret; 0 for one who is indifferent (see the certificate)."""
    certificate: Certificate = field(default_factory=dict)


def flat(outcome: Sequence[int], sizes: Sequence[int]) -> int:
    """The place of `outcome` in C order, in exact integers."""
    index = 0
    for value, size in zip(outcome, sizes, strict=True):
        index = index * size + int(value)
    return index


def unflat(index: int, sizes: Sequence[int]) -> tuple[int, ...]:
    """The outcome at `index` of C order."""
    values = []
    for size in reversed(sizes):
        index, value = divmod(index, size)
        values.append(value)
    return tuple(reversed(values))
