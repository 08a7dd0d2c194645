"""An answer proves itself to a checker that knows nothing of the solver; a false one does not."""

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labverse.negotiate.solver import Solution, solve
from tests.unit.negotiate import checker
from tests.unit.negotiate.generated import problem

CHECKER = Path(checker.__file__)


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
        given = problem(seed)
        found = solve(given)
        if found.status == "agreed" and found.phi:
            assert not checker.check(given, found), seed
            deals += 1
    assert deals > 300


def _worse(found: Solution, given: Any) -> Solution:
    """The same claims about another outcome."""
    outcome = tuple(
        (value + 1) % size for value, size in zip(found.outcome or (), given.sizes, strict=True)
    )
    return replace(found, outcome=outcome)


def _told(**members: Any) -> Callable[[Solution, Any], Solution]:
    return lambda found, _: replace(found, certificate={**found.certificate, **members})


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (_worse, "index"),
        (lambda found, _: replace(found, phi=found.phi * 1.01), "phi"),
        (_told(values=[1.0] * 4), "values"),
        (_told(rho=[0.1] * 4), "rho"),
        (_told(lower_bound=9.0, gap=-8.0), "lower_bound"),
        (_told(gap=0.5), "gap"),
        (_told(nash={"index": 0, "ratio": 1.0}), "nash"),
        (_told(individually_rational=False), "individually_rational"),
    ],
)
def test_a_false_claim_is_found(spoil: Callable[[Solution, Any], Solution], named: str) -> None:
    given = problem(4)
    found = solve(given)
    assert found.status == "agreed"
    assert not checker.check(given, found)
    faults = checker.check(given, spoil(found, given))
    assert named in faults
