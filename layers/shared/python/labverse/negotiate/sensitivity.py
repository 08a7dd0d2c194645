"""What an agent could gain by claiming a better alternative than he has.

No mechanism is efficient, individually rational, budget-balanced and proof against this at once
(Myerson and Satterthwaite 1983; Hurwicz 1972), so the gain that is there is told instead.
"""

from dataclasses import dataclass, replace

import numpy as np

from labverse.negotiate.problem import Problem
from labverse.negotiate.solver import solve

CLAIMS = (-0.5, -0.25, -0.1, 0.1, 0.25, 0.5)


@dataclass(frozen=True)
class Misreport:
    """One agent's claim, in units of his stake N, and what it truly does to each agent's V."""

    agent: int
    claim: float
    status: str
    gain: float
    """Of the agent, at his true reserve; a deal that the claim prevents costs him all of V."""
    others: float
    """Of all others together."""


def sensitivity(problem: Problem) -> tuple[Misreport, ...]:
    """Each agent's claims one at a time, all others truthful; empty where there is no deal."""
    truth = solve(problem)
    if truth.status != "agreed":
        return ()
    reserve = np.asarray(problem.reserve, dtype=np.float64)
    return tuple(
        _told(problem, reserve, truth.certificate, (agent, claim))
        for agent in range(len(reserve))
        for claim in CLAIMS
    )


def _told(
    problem: Problem, reserve: np.ndarray, truth: dict[str, list[float]], told: tuple[int, float]
) -> Misreport:
    agent, claim = told
    shift = claim * truth["stake"][agent]
    claimed = reserve.copy()
    claimed[agent] += shift
    found = solve(replace(problem, reserve=claimed))
    before = np.array(truth["values"])
    if found.status == "agreed":
        after = np.array(found.certificate["values"])
        after[agent] += shift  # V counts from the claim
    else:
        after = np.zeros_like(before)
    change = after - before
    others = float(change.sum() - change[agent])
    return Misreport(agent, claim, found.status, float(change[agent]), others)
