"""A volume split leaves no more regret than a single deal, and no mixture leaves less."""

from dataclasses import replace

import numpy as np
import pytest

from labverse.negotiate.additive import Columns
from labverse.negotiate.bargaining import bargain, bargaining_set
from labverse.negotiate.cuts import Aim, Cuts
from labverse.negotiate.problem import Problem
from labverse.negotiate.reading import Reader
from labverse.negotiate.solver import solve
from labverse.negotiate.split import split
from tests.unit.negotiate.generated import market, problem


def whole_program(given: Problem) -> float | None:
    """The mixture over all outcomes at once, as one linear program."""
    terms = Reader(given).terms()
    assert terms is not None
    space = terms.space()
    made = bargain(terms, space, bargaining_set(space))
    columns = Columns(
        (space.affordable().size,), terms.risk, space.gains(space.affordable()), space.scale
    )
    weights = np.where(made.active, terms.weights, 0.0)
    aim = Aim(made.best, np.where(made.active, made.stake, 1.0), "max", weights, made.floor)
    solved = Cuts(columns, aim).relax()
    return None if solved is None else solved.value


def test_it_is_the_best_of_all_mixtures() -> None:
    better = 0
    for seed in range(120):
        given = problem(seed)
        found = solve(given)
        made = split(given)
        assert (made is None) == (found.status != "agreed")
        if made is None:
            continue
        assert made.phi == pytest.approx(whole_program(given), abs=1e-7)
        assert made.phi - made.lower_bound <= 1e-7 * (1 + made.phi)
        assert made.phi <= made.pure_phi + 1e-12
        assert made.pure_phi == found.phi
        assert sum(share for _, share in made.parts) == pytest.approx(1)
        better += made.phi < made.pure_phi * 0.99
    assert better > 20


def test_the_regret_told_is_that_of_the_mixture() -> None:
    given = market((8, 8, 8), 50)
    made = split(given)
    assert made is not None
    assert made.phi < 0.95 * made.pure_phi
    assert 2 <= len(made.parts) <= 5
    # The mixture as one more value of an issue that only it has.
    mixed = []
    for table in given.tables:
        cube = table[0][:, None, None] + table[1][None, :, None] + table[2][None, None]
        flat = np.asarray(cube).reshape(-1, 50)
        mixed.append([np.vstack([flat, sum(share * flat[x] for x, share in made.parts)[None]])])
    found = solve(replace(given, sizes=(513,), tables=mixed, owner=None))
    assert found.index == 512
    assert found.phi == pytest.approx(made.phi, rel=1e-6)
