"""Checks a certificate against the problem and the definitions, without the solver's code."""

from typing import Any

import numpy as np


def _mix(losses: Any, problem: Any) -> Any:
    """(1 - a) mean + a mean of the worst tail (0: a very small one), over the last axis."""
    p, order = np.asarray(problem.probabilities), np.argsort(-losses, axis=-1)
    tail = max(problem.tail, 1e-9 * p[p > 0].min())
    share = np.clip(tail - (np.cumsum(p[order], -1) - p[order]), 0, p[order])
    worst = (share * np.take_along_axis(losses, order, -1)).sum(-1) / share.sum(-1)
    return (1 - problem.risk_aversion) * losses @ p + problem.risk_aversion * worst


def _gains(problem: Any) -> Any:
    """(n, X, S), all of it: a checker may hold what a solver may not."""
    found = -np.asarray(problem.reserve)[:, None]
    if problem.tables is None:
        return np.moveaxis(problem.utilities, 1, 2) + found
    for parts in map(np.stack, zip(*problem.tables, strict=True)):
        found = (found[:, :, None] + parts[:, None]).reshape(len(found), -1, found.shape[-1])
    return found


def check(problem: Any, solution: Any) -> list[str]:
    """The claims of an agreed answer that are not so; none, when it proves itself."""
    said, p, gains = solution.certificate, np.asarray(problem.probabilities), _gains(problem)
    at, expected = int(np.ravel_multi_index(solution.outcome, problem.sizes)), gains @ p
    spent = np.ravel(sum(np.ix_(*problem.cost))) if problem.cost else 0 * expected[0]
    allowed = spent <= (np.inf if problem.budget is None else problem.budget + 1e-12)
    first = allowed & (expected >= -1e-12).all(0)
    stake, best = expected[:, first].max(1)[:, None], gains[:, first].max(1)[:, None]
    weights, scale = np.asarray(problem.weights)[:, None], np.where(stake > 1e-9, stake, np.inf)
    rho, values = _mix((best - gains) / scale[:, None], problem), -_mix(-gains, problem)
    robust, regret, gain = first & (values >= -1e-12).all(0), weights * rho, np.zeros(problem.sizes)
    for agent in set(problem.owner) - {-1} if problem.nash_equilibrium else ():
        own = tuple(np.flatnonzero(np.asarray(problem.owner) == agent))
        cube = np.where(allowed, values[agent], -1e9).reshape(problem.sizes)
        gain = np.maximum(gain, cube.max(own, keepdims=True) - cube)
    chosen = robust & (gain.ravel() <= 1e-8)
    better = (regret <= regret[:, [at]] + 1e-9).all(0) & (regret < regret[:, [at]] - 1e-7).any(0)
    product = np.where(robust, np.maximum(values, 0)[stake[:, 0] > 1e-9].prod(0), -1)
    nash, product = said["nash"], product / product.max()
    claims = {
        "values": (said["values"], values[:, at]),
        "rho": ([said["rho"], solution.rho], [rho[:, at]] * 2),
        "expected_gains": ([said["expected_gains"], said["stake"]], [expected[:, at], stake[:, 0]]),
        "reserve": (said["reserve"], np.asarray(problem.reserve) @ p),
        "index": ([solution.index, chosen[at], solution.phi], [at, True, regret[:, at].max()]),
        "lower_bound": (max(0.0, said["lower_bound"] - regret.max(0)[chosen].min()), 0),
        "gap": ([said["gap"] + said["lower_bound"], max(0.0, said["gap"])], [solution.phi, 0]),
        "individually_rational": (said["individually_rational"], robust[at]),
        "pareto_rho": (said["pareto_rho"], not (better & chosen).any()),
        "deviation_max": (said["deviation_max"], gain.flat[at]),
        "nash": ([product[nash["index"]], nash["ratio"]], [1, product[at]]),
    }
    return [name for name, pair in claims.items() if not np.allclose(*pair, 1e-6, 1e-6)]
