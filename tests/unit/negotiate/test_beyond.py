"""More outcomes than can be enumerated: the same answers, exactly counted, honestly bounded."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from math import prod

import numpy as np
import pytest

from labverse.negotiate import branching, cutting, solver
from labverse.negotiate.solver import Problem, Solution, solve
from tests.unit.negotiate.generated import market, problem


def beyond(given: Problem, monkeypatch: pytest.MonkeyPatch) -> Solution:
    """Solved as if nothing could be enumerated."""
    with monkeypatch.context() as patch:
        patch.setattr(solver, "ENUMERABLE", 0)
        return solve(given)


def agree(one: Solution, other: Solution) -> None:
    """The same deal, with the same proof where both give one."""
    assert (one.status, one.reason, one.index) == (other.status, other.reason, other.index)
    if one.status == "agreed":
        assert one.phi == pytest.approx(other.phi, rel=1e-9)
        for name in ("values", "rho", "stake", "benchmark"):
            assert one.certificate[name] == pytest.approx(other.certificate[name], abs=1e-9)
        for name in ("pareto_value", "indifferent", "ties"):
            assert one.certificate[name] == other.certificate[name], name
        assert one.certificate["nash"]["index"] == other.certificate["nash"]["index"]
    elif one.reason == "empty_zopa":
        assert one.certificate["nearest"]["index"] == other.certificate["nearest"]["index"]


def test_it_agrees_with_enumeration(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: Counter[str] = Counter()
    for seed in range(150):
        given = problem(seed)
        agree(beyond(given, monkeypatch), found := solve(given))
        seen[found.status + found.reason] += 1
    assert len(seen) == 4, seen


def test_equilibria_agree_with_enumeration(monkeypatch: pytest.MonkeyPatch) -> None:
    agreed = 0
    for seed in range(60):
        given = problem(seed, nash_equilibrium=True)
        one, other = beyond(given, monkeypatch), solve(given)
        if one.status == "bounded":  # it stops looking where only distant equilibria are left
            assert (one.reason, one.index) == ("equilibrium_search", None)
        else:
            agree(one, other)
            agreed += one.status == "agreed"
    assert agreed > 20


def test_dividing_agrees_where_too_many_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branching, "LEAF", 1)
    monkeypatch.setattr(branching, "_BEAMS", (1, 1))
    for seed in range(30):
        given = problem(seed)
        agree(beyond(given, monkeypatch), solve(given))


def test_a_search_that_is_cut_short_is_not_called_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branching, "LEAF", 1)
    monkeypatch.setattr(cutting, "BOXES", 1)
    given = market((6,) * 8, 20, risk_aversion=1.0)
    found = beyond(given, monkeypatch)
    assert (found.status, found.reason) == ("bounded", "gap")
    assert found.phi is not None
    assert found.certificate["gap"] == found.phi - found.certificate["lower_bound"] > 0
    assert found.certificate["individually_rational"]
    best = solve(given).phi or 0
    assert found.certificate["lower_bound"] <= best <= found.phi + 1e-12
    assert repr(beyond(given, monkeypatch)) == repr(found)


def test_where_no_deal_was_found_in_time_none_is_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branching, "LEAF", 1)
    monkeypatch.setattr(cutting, "BOXES", 1)
    monkeypatch.setattr(branching, "BOXES", 1)
    monkeypatch.setattr(branching, "_BEAMS", (1,))
    told = [beyond(problem(seed), monkeypatch) for seed in range(40)]
    undecided = [one for one in told if (one.status, one.reason) == ("bounded", "search")]
    assert undecided
    assert any(one.status == "agreed" for one in told)
    assert all(one.index is None for one in undecided)


def test_the_worst_of_the_world_alone_is_decided_as_well() -> None:
    """Nothing is averaged where all belief goes to the tail: the hardest there is."""
    for scenarios in (20, 50):
        found = solve(market((10,) * 10, scenarios, risk_aversion=1.0))
        assert (found.status, found.certificate["gap"]) == ("agreed", 0.0)
        assert found.certificate["pareto_rho"]


def test_nothing_is_written_to_stdout() -> None:
    """A library's greeting would break whoever prints JSON there."""
    code = (
        "from tests.unit.negotiate.generated import market;"
        "from labverse.negotiate.solver import solve;"
        "assert solve(market((10,) * 10, 20)).status == 'agreed'"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("", "")


@pytest.mark.parametrize("issues", [10, 20])
def test_the_index_is_exact_beyond_machine_integers(issues: int) -> None:
    given = market((10,) * issues, 20)
    assert prod(given.sizes) == 10**issues
    found = solve(given)
    assert found.status == "agreed"
    assert found.outcome is not None
    assert found.index == int("".join(map(str, found.outcome)))
    assert (type(found.index), found.certificate["gap"]) == (int, 0.0)


@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_cents_and_millions_are_the_same_deal(unit: float) -> None:
    given = market((10,) * 10, 20)
    tables = [[t * unit for t in row] for row in given.tables]
    other = solve(replace(given, tables=tables, reserve=np.asarray(given.reserve) * unit))
    found = solve(given)
    assert (other.status, other.index) == ("agreed", found.index)
    assert other.phi == pytest.approx(found.phi, rel=1e-9)
    assert other.certificate["nash"]["index"] == found.certificate["nash"]["index"]


def test_it_agrees_with_enumeration_over_a_million(monkeypatch: pytest.MonkeyPatch) -> None:
    given = market((10,) * 6, 20)
    agree(beyond(given, monkeypatch), solve(given))


def test_the_same_bytes_every_time() -> None:
    given = market((10,) * 12, 20)
    assert repr(solve(given)) == repr(solve(given))


def test_a_budget_holds_in_a_huge_space() -> None:
    rng = np.random.default_rng(3)
    cost = [rng.random(10) for _ in range(12)]
    given = market((10,) * 12, 20, cost=cost, budget=4.0)
    found = solve(given)
    assert found.status == "agreed"
    assert found.outcome is not None
    assert sum(part[value] for part, value in zip(cost, found.outcome, strict=True)) <= 4.0
    least = sum(float(part.min()) for part in cost)
    short = solve(replace(given, budget=least - 1))
    assert short.reason == "infeasible_constraints"
    assert short.certificate["relaxation"]["by"] == pytest.approx(1)
