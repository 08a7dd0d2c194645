"""An answer proves itself to a checker that knows nothing of the solver; a false one does not."""

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labverse.negotiate import solver
from labverse.negotiate.solver import Solution, solve
from tests.unit.negotiate import checker
from tests.unit.negotiate.generated import dense, problem

CHECKER = Path(checker.__file__)


def _nash(**members: Any) -> Callable[[Solution, Any], Solution]:
    def spoil(found: Solution, _: Any) -> Solution:
        nash = {**found.certificate["nash"], **members}
        return replace(found, certificate={**found.certificate, "nash": nash})

    return spoil


def test_the_checker_is_short_and_independent() -> None:
    source = CHECKER.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 60
    names = {
        alias.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    modules = {n.module for n in ast.walk(ast.parse(source)) if isinstance(n, ast.ImportFrom)}
    assert (names, modules) == ({"numpy", "Any"}, {"typing"})


def test_every_deal_proves_itself() -> None:
    deals = 0
    for seed in range(600):
        given = problem(seed, nash_equilibrium=seed % 4 == 1)
        given = dense(given) if seed % 5 == 0 else given
        found = solve(given)
        if found.status == "agreed" and found.phi:
            assert not checker.check(given, found), seed
            deals += 1
    assert deals > 300


def test_so_does_every_deal_beyond_enumeration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solver, "ENUMERABLE", 0)
    deals = 0
    for seed in range(100):
        given = problem(seed, nash_equilibrium=seed % 4 == 1)
        found = solve(given)
        if found.status == "agreed" and found.phi:
            assert not checker.check(given, found), seed
            deals += 1
    assert deals > 40


def test_a_certificate_holds_with_an_agent_who_has_no_stake() -> None:
    given = problem(4)
    idle = [np.zeros_like(table) for table in given.tables[0]]
    reserve = np.array(given.reserve)
    reserve[0] = 0
    given = replace(given, tables=[idle, *given.tables[1:]], reserve=reserve)
    found = solve(given)
    assert (found.status, found.certificate["indifferent"]) == ("agreed", [0])
    assert not checker.check(given, found)


def _worse(found: Solution, given: Any) -> Solution:
    """The same claims about another outcome."""
    outcome = tuple(
        (value + 1) % size for value, size in zip(found.outcome or (), given.sizes, strict=True)
    )
    return replace(found, outcome=outcome)


def _moved(value: Any) -> Any:
    """Another value of the same kind, a little away."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, list):
        return [*value[:-1], value[-1] + 1e-4 * (1 + abs(value[-1]))]
    return value + 1e-4


@pytest.mark.parametrize(
    "member",
    [
        "values", "expected_gains", "reserve", "rho", "gap", "lower_bound",
        "individually_rational", "pareto_rho", "deviation_max",
    ],
)  # fmt: skip
def test_a_false_member_is_found(member: str) -> None:
    given = problem(4, nash_equilibrium=True, owner=None)
    given = replace(given, owner=[-1] * len(given.sizes))
    found = solve(given)
    assert found.status == "agreed"
    assert not checker.check(given, found)
    said = {**found.certificate, member: _moved(found.certificate[member])}
    assert member in checker.check(given, replace(found, certificate=said))


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (_worse, "index"),
        (lambda found, _: replace(found, index=found.index + 1), "index"),
        (lambda found, _: replace(found, phi=found.phi * 1.01), "index"),
        (_nash(index=0), "nash"),
        (_nash(ratio=0.999), "nash"),
    ],
)
def test_a_false_claim_is_found(spoil: Callable[[Solution, Any], Solution], named: str) -> None:
    given = problem(4)
    found = solve(given)
    assert named in checker.check(given, spoil(found, given))
