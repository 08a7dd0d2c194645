"""Domains of the kind that public collections hold: one scenario, weighted issues, discounts.

Genius and ANAC profiles: each issue has a weight, each value an evaluation, utilities are in
[0, 1], a reservation value of 0 is usual, an integer issue is a range, two to nine parties.
"""

import numpy as np
import pytest

from labverse.negotiate.problem import Problem
from labverse.negotiate.solver import solve
from tests.unit.negotiate.reference import reference, tensor
from tests.unit.negotiate.test_solver import agrees


def domain(seed: int, parties: int, discount: float = 1.0) -> Problem:
    """A profile per party; the last issue is a range of integers, which some like and some not."""
    rng = np.random.default_rng(seed)
    sizes = (*(int(size) for size in rng.integers(2, 7, 4)), 11)
    profiles = []
    for _ in range(parties):
        weights = rng.dirichlet(np.ones(5))
        values = [rng.integers(0, 101, size) / 100 for size in sizes[:-1]]
        values = [value / max(value.max(), 0.01) for value in values]
        values.append(np.linspace(0, 1, 11)[:: int(rng.choice([-1, 1]))])
        profiles.append([discount * w * v[:, None] for w, v in zip(weights, values, strict=True)])
    reserve = np.full((parties, 1), float(rng.choice([0, 0.25])) * discount)
    return Problem(sizes, [1.0], reserve, tables=profiles)


@pytest.mark.parametrize("parties", range(2, 10))
def test_a_public_domain_is_solved_as_by_its_definition(parties: int) -> None:
    for seed in range(12):
        given = domain(seed, parties)
        agrees(solve(given), wanted := reference(given))
        if not wanted.reason:
            whole = tensor(given.tables)[:, 0]
            nash = np.where(wanted.robust, np.prod(whole - np.asarray(given.reserve), axis=0), -1)
            index = solve(given).certificate["nash"]["index"]
            assert nash[index] == pytest.approx(nash.max(), rel=1e-9)
            here = whole[:, [solve(given).index]]
            dominates = (whole >= here).all(axis=0) & (whole > here + 1e-9).any(axis=0)
            assert not dominates.any(), "with one scenario, Pareto in rho is Pareto in utility"


def test_time_discounts_all_parties_alike() -> None:
    for seed in range(20):
        assert solve(domain(seed, 3, 0.7)).index == solve(domain(seed, 3)).index
