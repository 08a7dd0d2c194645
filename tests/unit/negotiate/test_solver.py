"""The solver finds what brute force finds, and keeps to the model's invariances."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labverse.negotiate import grid
from labverse.negotiate.solver import Problem, Solution, solve
from tests.unit.negotiate.generated import dense, problem
from tests.unit.negotiate.reference import reference

SEEDS = st.integers(0, 2**32 - 1)


def agrees(found: Solution, wanted: Any) -> None:
    """Status, reason, index and regret are those of brute force."""
    assert found.reason == wanted.reason
    assert found.status == ("no_agreement" if wanted.reason else "agreed")
    assert found.index == wanted.index
    if wanted.index is not None:
        assert found.phi == pytest.approx(wanted.phi, rel=1e-9)
        assert found.rho == pytest.approx(tuple(wanted.rho), rel=1e-9, abs=1e-9)


def test_thousands_of_small_problems_as_by_brute_force() -> None:
    seen: Counter[str] = Counter()
    for seed in range(1500):
        wanted = reference(given_ := problem(seed))
        agrees(solve(given_), wanted)
        seen[wanted.reason] += 1
    for reason in ("", "empty_zopa", "not_robust", "infeasible_constraints"):
        assert seen[reason] > 20, f"the problems made here are no test of {reason!r}: {seen}"


@settings(max_examples=300, deadline=None)
@given(SEEDS)
def test_a_dense_problem_is_solved_as_an_additive_one(seed: int) -> None:
    given_ = problem(seed, largest=4)
    agrees(solve(dense(given_)), reference(given_))


def test_rows_are_bounded_as_by_brute_force(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way that large spaces take, on spaces that brute force can hold."""
    monkeypatch.setattr(grid, "_FEW", 8)
    for seed in range(150):
        agrees(solve(given_ := problem(seed, largest=9)), reference(given_))


def test_the_nash_point_is_the_largest_product() -> None:
    for seed in range(300):
        wanted = reference(given_ := problem(seed))
        if not wanted.reason:
            products = np.where(wanted.robust, np.maximum(wanted.values, 0).prod(axis=0), -1)
            told = solve(given_).certificate["nash"]
            assert told["index"] == products.argmax()
            ratio = products[wanted.index] / products.max()
            assert told["ratio"] == pytest.approx(ratio, rel=1e-6, abs=1e-9)


def test_kalai_smorodinsky_is_the_largest_share_of_the_ideal() -> None:
    for seed in range(300):
        wanted = reference(given_ := problem(seed))
        told = None if wanted.reason else solve(given_).certificate["kalai_smorodinsky"]
        if told is not None:
            ideal = wanted.values[:, wanted.robust].max(axis=1)
            share = np.where(wanted.robust, (wanted.values / ideal[:, None]).min(axis=0), -1)
            assert share[told["index"]] == pytest.approx(share.max(), rel=1e-9)


def test_ties_go_to_the_lowest_index_and_are_counted() -> None:
    """The second issue matters to nobody."""
    one = [[1.0, 1.0], [0.0, 0.0]]
    other = [[0.0, 0.0], [1.0, 1.0]]
    none = np.zeros((3, 2))
    found = solve(
        Problem((2, 3), [0.5, 0.5], np.zeros((2, 2)), tables=[[one, none], [other, none]])
    )
    assert (found.index, found.certificate["ties"]) == (0, 6)


def test_the_second_worst_off_decides_among_equals() -> None:
    """All three leave agent 0 the same; the last is best for agent 1."""
    tables = [
        [np.full((3, 1), 1.0), np.array([[1.0], [0.0]])],
        [np.array([[1.0], [2], [3]]), np.array([[0.0], [1]])],
    ]
    found = solve(Problem((3, 2), [1.0], np.zeros((2, 1)), tables=tables))
    assert found.outcome is not None
    assert found.outcome[0] == 2


def test_an_agent_without_a_stake_is_left_out_and_named() -> None:
    tables = [[np.array([[0.0], [0.0]])], [np.array([[1.0], [3.0]])]]
    found = solve(Problem((2,), [1.0], np.zeros((2, 1)), tables=tables))
    assert (found.index, found.phi, found.rho) == (1, 0.0, (0.0, 0.0))
    assert found.certificate["indifferent"] == [0]
    assert found.certificate["dominating"] == [1]


def test_weights_move_the_deal_towards_the_heavier() -> None:
    values = np.linspace(0, 1, 11)[:, None]
    tables = [[values], [1 - values]]
    even = solve(Problem((11,), [1.0], np.zeros((2, 1)), tables=tables))
    first = solve(Problem((11,), [1.0], np.zeros((2, 1)), tables=tables, weights=[4, 1]))
    assert (even.index, first.index) == (5, 8)


def test_one_cost_per_outcome_is_the_same_as_costs_that_add_up() -> None:
    for seed in range(0, 90, 3):
        given_ = problem(seed)
        parts = given_.cost
        whole = parts[0]
        for part in parts[1:]:
            whole = (whole[:, None] + part[None]).ravel()
        for cost in (whole, [whole]):
            assert solve(replace(given_, cost=cost)).index == solve(given_).index


def test_the_hot_path_needs_numpy_alone() -> None:
    code = (
        "import sys, numpy; from labverse.negotiate.solver import Problem, solve;"
        "t = [[[[1.], [0.]]], [[[0.], [1.]]]];"
        "assert solve(Problem((2,), [1.], [[0.], [0.]], tables=t)).status == 'agreed';"
        "print(sorted({'highspy', 'scipy', 'pandas'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
