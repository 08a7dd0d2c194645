"""The flag nash_equilibrium: no agent gains by a change of the issues that he alone controls."""

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from labverse.negotiate.solver import Problem, solve
from tests.unit.negotiate.generated import problem
from tests.unit.negotiate.reference import largest_deviation, reference

PRICE = np.linspace(1, 3, 5)[:, None]
POSTED: dict[str, Any] = {
    "sizes": (5,),
    "probabilities": [1.0],
    "reserve": np.array([[0.0], [0.0]]),
    "tables": [[PRICE], [4 - PRICE]],
}
"""The seller gains from a high price, the buyer from a low one."""


def test_the_choice_is_the_best_among_equilibria() -> None:
    seen: Counter[str] = Counter()
    for seed in range(250):
        given = problem(seed, largest=4, nash_equilibrium=True, weights=None)
        wanted = reference(given)
        if wanted.reason:
            continue
        found = solve(given)
        seen[found.status] += 1
        slack = 1e-9 * (1 + abs(wanted.values).max())
        robust = [int(x) for x in np.flatnonzero(wanted.robust)]
        gains = {x: largest_deviation(given, wanted.values, wanted.allowed, x) for x in robust}
        stable = [x for x in robust if gains[x] <= slack]
        assert (found.status == "agreed") == bool(stable), seed
        if found.status == "agreed":
            assert found.index in stable
            assert found.certificate["deviation_max"] <= slack
        else:
            assert found.certificate["deviations"], seed
    assert seen["agreed"] > 50
    assert seen["no_equilibrium"] > 5


def test_without_owners_every_acceptable_outcome_is_an_equilibrium() -> None:
    for seed in range(50):
        given = problem(seed, owner=None)
        assert solve(replace(given, nash_equilibrium=True)).index == solve(given).index


def test_a_seller_who_posts_the_price_takes_the_highest() -> None:
    found = solve(Problem(**POSTED, nash_equilibrium=True, owner=[0]))
    assert (found.status, found.index) == ("agreed", 4)
    assert solve(Problem(**POSTED)).index == 2


def test_no_equilibrium_is_said_with_the_epsilon_that_would_admit_one() -> None:
    """At the seller's favourite price the buyer would not sign: what is signed, he would change."""
    barred: dict[str, Any] = {**POSTED, "tables": [[PRICE], [2.6 - PRICE]]}
    found = solve(Problem(**barred, nash_equilibrium=True, owner=[0]))
    assert (found.status, found.reason) == ("no_equilibrium", "no_pure_equilibrium")
    epsilon = found.certificate["epsilon_min"]
    # From 2.5 to 3, in units of 1 + max |V| = 4.
    assert (found.index, epsilon) == (3, pytest.approx(0.125))
    assert found.certificate["deviations"] == [{"agent": 0, "gain": pytest.approx(0.5)}]
    admitted = Problem(**barred, nash_equilibrium=True, owner=[0], epsilon=epsilon * 1.0001)
    refused = Problem(**barred, nash_equilibrium=True, owner=[0], epsilon=epsilon * 0.9999)
    assert (solve(admitted).status, solve(admitted).index) == ("agreed", 3)
    assert solve(refused).status == "no_equilibrium"


def test_a_move_outside_the_budget_does_not_count() -> None:
    limited = Problem(**POSTED, nash_equilibrium=True, owner=[0], cost=[np.arange(5.0)], budget=3.0)
    assert solve(limited).index == 3
