"""What must not change a deal: units, orders, splits, dominated outcomes, and doing it again."""

import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labverse.negotiate.solver import solve
from tests.unit.negotiate.generated import dense, market, problem

SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=100, deadline=None)
@given(SEEDS, st.floats(0.01, 100), st.floats(-1000, 1000))
def test_an_agents_currency_and_offset_do_not_matter(seed: int, scale: float, by: float) -> None:
    given_ = problem(seed)
    moved = [[scale * np.asarray(t) for t in table] for table in given_.tables[:1]]
    moved[0][0] = moved[0][0] + by
    reserve = np.array(given_.reserve)
    reserve[0] = scale * reserve[0] + by
    other = solve(replace(given_, tables=[*moved, *given_.tables[1:]], reserve=reserve))
    found = solve(given_)
    assert (other.status, other.reason, other.index) == (found.status, found.reason, found.index)
    if found.phi is not None:
        assert other.phi == pytest.approx(found.phi, rel=1e-7, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(SEEDS)
def test_the_order_of_agents_and_scenarios_does_not_matter(seed: int) -> None:
    given_ = problem(seed)
    rng = np.random.default_rng(seed)
    reserve, weights = np.asarray(given_.reserve), np.asarray(given_.weights)
    who, when = rng.permutation(reserve.shape[0]), rng.permutation(reserve.shape[1])
    other = replace(
        given_,
        tables=[[np.asarray(t)[:, when] for t in given_.tables[agent]] for agent in who],
        reserve=reserve[who][:, when],
        weights=weights[who],
        probabilities=np.asarray(given_.probabilities)[when],
    )
    assert solve(other).index == solve(given_).index


@settings(max_examples=100, deadline=None)
@given(SEEDS)
def test_a_scenario_may_be_split_in_two(seed: int) -> None:
    given_ = problem(seed)
    p = np.asarray(given_.probabilities)
    halves = np.r_[p[:1] * 0.25, p[1:], p[:1] * 0.75]

    def again(array: Any) -> Any:
        array = np.asarray(array)
        return np.concatenate([array, array[:, :1]], axis=1)

    tables = [[again(t) for t in table] for table in given_.tables]
    other = replace(given_, tables=tables, reserve=again(given_.reserve), probabilities=halves)
    assert solve(other).index == solve(given_).index


def test_a_dominated_outcome_changes_nothing() -> None:
    for seed in range(100):
        given_ = dense(problem(seed, budget=None, cost=None))
        whole = np.asarray(given_.utilities)
        worse = np.concatenate([whole, whole[:, :, :1] - 1], axis=2)
        flat = replace(given_, sizes=(whole.shape[2],), owner=None)
        more = replace(flat, sizes=(worse.shape[2],), utilities=worse)
        assert (solve(more).index, solve(more).phi) == (solve(flat).index, solve(flat).phi)


def test_regret_does_not_fall_as_risk_aversion_rises() -> None:
    for seed in range(60):
        last = 0.0
        for aversion in (0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1):
            found = solve(problem(seed, risk_aversion=aversion, tail=0.1))
            if found.status != "agreed":
                break
            assert found.phi is not None
            assert found.phi >= last - 1e-9
            last = found.phi


def test_the_same_bytes_every_time() -> None:
    given_ = market((10, 10, 10, 10), 50)
    first = repr(solve(given_))
    assert all(repr(solve(given_)) == first for _ in range(3))


def test_the_same_bytes_with_any_number_of_threads() -> None:
    code = (
        "from tests.unit.negotiate.generated import dense, market;"
        "from labverse.negotiate.solver import solve;"
        "print(solve(market((10,) * 5, 100)), solve(dense(market((10,) * 3, 200))),"
        "solve(market((10,) * 10, 20)))"
    )
    told = set()
    for count in ("1", "2", "4"):
        threads = {f"{name}_NUM_THREADS": count for name in ("OMP", "OPENBLAS", "MKL")}
        run = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, **threads},
            capture_output=True,
            text=True,
            check=True,
        )
        told.add(run.stdout)
    assert len(told) == 1
