"""The definitions, word for word and by brute force: what every faster way must agree with."""

from dataclasses import dataclass
from functools import reduce
from itertools import product
from typing import Any

import numpy as np

Array = Any
NOISE = 1e-12


@dataclass(frozen=True)
class Answer:
    """What brute force finds; `index` is None where there is no agreement."""

    reason: str
    index: int | None = None
    phi: float = 0.0
    rho: Array = None
    values: Array = None
    robust: Array = None
    allowed: Array = None
    gains: Array = None


def tensor(tables: Array) -> Array:
    """(n, S, X) of utilities that add up over issues."""

    def added(first: Array, second: Array) -> Array:
        return (first[:, None] + second[None]).reshape(-1, first.shape[-1])

    return np.stack([reduce(added, table).T for table in tables])


def tail_mean(losses: Array, p: Array, tail: float) -> Array:
    """(..., S): the mean of the worst losses that hold `tail` of probability."""
    if tail == 0:
        return losses[..., p > 0].max(axis=-1)
    order = np.argsort(-losses, axis=-1)
    held = p[order]
    share = np.clip(tail - (np.cumsum(held, axis=-1) - held), 0, held)
    return (share * np.take_along_axis(losses, order, -1)).sum(axis=-1) / tail


def mixed(losses: Array, p: Array, aversion: float, tail: float) -> Array:
    """(1 - a) mean + a tail mean over the last axis."""
    return (1 - aversion) * (losses * p).sum(-1) + aversion * tail_mean(losses, p, tail)


def reference(problem: Any) -> Answer:
    """Steps 1.1 to 1.3 of the model, with everything held in memory."""
    p, reserve = np.asarray(problem.probabilities), np.asarray(problem.reserve)
    utilities = tensor(problem.tables) if problem.tables is not None else problem.utilities
    gains = np.moveaxis(utilities - reserve[:, :, None], 1, 2)  # (n, X, S)
    count = gains.shape[1]
    allowed = np.ones(count, dtype=bool)
    if problem.budget is not None:
        spent = reduce(lambda a, b: (a[:, None] + b[None]).ravel(), problem.cost)
        allowed = spent <= problem.budget + NOISE
    expected = (gains * p).sum(-1)
    first = allowed & (expected >= -NOISE).all(axis=0)
    if not allowed.any():
        return Answer("infeasible_constraints")
    if not first.any():
        return Answer("empty_zopa", gains=gains, allowed=allowed)
    aversion, tail = problem.risk_aversion, problem.tail
    values = -mixed(-gains, p, aversion, tail)
    robust = first & (values >= -NOISE).all(axis=0)
    if not robust.any():
        return Answer("not_robust", gains=gains, allowed=allowed)
    stake = expected[:, first].max(axis=1)
    regret = (gains[:, first].max(axis=1)[:, None] - gains) / stake[:, None, None]
    rho = mixed(regret, p, aversion, tail)
    weights = np.ones(len(rho)) if problem.weights is None else np.asarray(problem.weights)
    weighted = weights[:, None] * rho
    ordered = np.round(-np.sort(-weighted, axis=0), 10)
    index = min(np.flatnonzero(robust), key=lambda x: (*ordered[:, x], x))
    phi = weighted[:, index].max()
    return Answer("", int(index), phi, rho[:, index], values, robust, allowed, gains)


def largest_deviation(problem: Any, values: Array, allowed: Array, index: int) -> float:
    """The most that an agent's V rises by a change of the issues he owns."""
    here = np.unravel_index(index, problem.sizes)
    worst = 0.0
    for other in product(*map(range, problem.sizes)):
        there = int(np.ravel_multi_index(other, problem.sizes))
        changed = {w for w, a, b in zip(problem.owner, here, other, strict=True) if a != b}
        if len(changed) == 1 and -1 not in changed and allowed[there]:
            (agent,) = changed
            worst = max(worst, float(values[agent, there] - values[agent, index]))
    return worst
