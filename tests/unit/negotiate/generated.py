"""Problems made from a seed: the same for everybody who names it."""

from dataclasses import replace
from typing import Any

import numpy as np

from labverse.negotiate.solver import Problem
from tests.unit.negotiate.reference import tensor


def problem(seed: int, largest: int = 6, **members: Any) -> Problem:
    """2 to 4 agents over 1 to 4 issues; every kind of risk, with and without a budget."""
    rng = np.random.default_rng(seed)
    n, m, scenarios = int(rng.integers(2, 5)), int(rng.integers(1, 5)), int(rng.integers(1, 25))
    sizes = tuple(int(size) for size in rng.integers(1, largest + 1, m))
    uneven = rng.dirichlet(np.ones(scenarios))
    made: dict[str, Any] = {
        "sizes": sizes,
        "probabilities": uneven if seed % 2 else np.full(scenarios, 1 / scenarios),
        "tables": [
            [rng.normal(0, 2, (k, 1)) + rng.normal(0, 1, (k, scenarios)) for k in sizes]
            for _ in range(n)
        ],
        "reserve": rng.normal(-1.5, 0.5, (n, scenarios)) * np.sqrt(m),
        "risk_aversion": float(rng.choice([0, 0.2, 0.5, 1])),
        "tail": float(rng.choice([0, 0.05, 0.1, 0.33, 1])),
        "weights": rng.random(n) + 0.5,
        "owner": rng.integers(-1, n, m).tolist(),
    }
    if seed % 3 == 0:
        made["cost"] = [rng.random(k) for k in sizes]
        made["budget"] = float(rng.random() * m)
    return Problem(**{**made, **members})


def market(sizes: tuple[int, ...], scenarios: int, **members: Any) -> Problem:
    """Four agents with utilities of one kind over as many outcomes as wanted."""
    rng = np.random.default_rng(7)
    made: dict[str, Any] = {
        "sizes": sizes,
        "probabilities": np.full(scenarios, 1 / scenarios),
        "tables": [
            [rng.normal(0, 1, (k, 1)) + rng.normal(0, 0.5, (k, scenarios)) for k in sizes]
            for _ in range(4)
        ],
        "reserve": rng.normal(-1, 0.3, (4, scenarios)),
    }
    return Problem(**{**made, **members})


def dense(given_: Problem) -> Problem:
    """The same problem with its tensor written out."""
    return replace(given_, tables=None, utilities=tensor(given_.tables))
