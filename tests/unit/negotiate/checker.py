"""Checks a certificate against the problem and the definitions, without the solver's code."""

from typing import Any

import numpy as np

NEAR = 1e-6


def _mix(losses: Any, problem: Any) -> Any:
    """(1 - a) mean + a mean of the worst tail, over the last axis."""
    p = np.asarray(problem.probabilities)
    order = np.argsort(-losses, axis=-1)
    held = p[order]  # a tail of 0 is a very small one
    tail = max(problem.tail, 1e-9 * p[p > 0].min())
    share = np.clip(tail - (np.cumsum(held, -1) - held), 0, held)
    worst = (share * np.take_along_axis(losses, order, -1)).sum(-1) / share.sum(-1)
    return (1 - problem.risk_aversion) * losses @ p + problem.risk_aversion * worst


def _gains(problem: Any) -> Any:
    """(n, X, S), all of it: a checker may hold what a solver may not."""
    found = -np.asarray(problem.reserve)[:, None]
    for place in range(len(problem.sizes)):
        part = np.stack([table[place] for table in problem.tables])
        found = (found[:, :, None] + part[:, None]).reshape(len(found), -1, found.shape[-1])
    return found


def check(problem: Any, solution: Any) -> list[str]:
    """The claims of an agreed answer that are not so; none, when it proves itself."""
    said, p, gains = solution.certificate, np.asarray(problem.probabilities), _gains(problem)
    index = int(np.ravel_multi_index(solution.outcome, problem.sizes))
    first = (gains @ p >= -1e-12).all(0)
    if problem.budget is not None:
        first &= np.ravel(sum(np.ix_(*problem.cost))) <= problem.budget + 1e-12
    stake, best = (gains @ p)[:, first].max(1), gains[:, first].max(1)
    rho = _mix((best[:, None] - gains) / stake[:, None, None], problem)
    values = -_mix(-gains, problem)
    robust = first & (values >= -1e-12).all(0)
    regret = (np.asarray(problem.weights)[:, None] * rho).max(0)
    product = np.where(robust, np.maximum(values, 0).prod(0), -1)
    claims = {
        "index": (solution.index, index),
        "values": (said["values"], values[:, index]),
        "expected_gains": (said["expected_gains"], gains[:, index] @ p),
        "reserve": (said["reserve"], np.asarray(problem.reserve) @ p),
        "stake": (said["stake"], stake),
        "rho": (said["rho"], rho[:, index]),
        "phi": (solution.phi, regret[index]),
        "lower_bound": (max(0.0, said["lower_bound"] - regret[robust].min()), 0),
        "gap": (said["gap"], solution.phi - said["lower_bound"]),
        "closed": (max(0.0, said["gap"]), 0),
        "individually_rational": (said["individually_rational"], robust[index]),
        "nash": (product[said["nash"]["index"]], product.max()),
        "ratio": (said["nash"]["ratio"], product[index] / product.max()),
    }
    return [name for name, pair in claims.items() if not np.allclose(*pair, NEAR, NEAR)]
