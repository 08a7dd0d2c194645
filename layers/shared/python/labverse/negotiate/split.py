"""Volume split over a few deals: the mixture that leaves less regret than any single deal.

A lottery is no contract; a split of the volume is. Mixtures are a linear program over outcomes, and
column generation (Gilmore and Gomory 1961) solves it over the few that matter: its duals price
every other outcome in one pass, and the best price bounds what any mixture could reach.
"""

from dataclasses import dataclass

import numpy as np

from labverse.negotiate.additive import Columns
from labverse.negotiate.arrays import Floats, Ints
from labverse.negotiate.bargaining import Bargain, bargain, bargaining_set, least_regret
from labverse.negotiate.cuts import Aim, Cuts
from labverse.negotiate.problem import Problem
from labverse.negotiate.reading import ENUMERABLE, Reader, too_large
from labverse.negotiate.relaxation import Relaxed

_ROUNDS = 60
_ENTERING = 4  # outcomes that join at a time
_CLOSED = 1e-9
_VISIBLE = 1e-7  # a smaller share of the volume is a rounding


@dataclass(frozen=True)
class Split:
    """Shares of the volume by outcome, their regret, and what no mixture's regret is below."""

    parts: tuple[tuple[int, float], ...]
    """(index, share), the largest share first."""
    phi: float
    lower_bound: float
    pure_phi: float
    """Of the best single deal."""


def split(problem: Problem) -> Split | None:
    """The split of least regret; None where no single deal is agreed or nothing is enumerable.

    The benchmarks are those of single deals, every part is inside the constraints, and the mixture
    as a whole is individually rational. Unilateral moves are not looked at.
    """
    reader = Reader(problem)
    terms = None if too_large(problem) else reader.terms()
    if terms is None or terms.count > ENUMERABLE:
        return None
    space = terms.space()
    found = bargaining_set(space)
    if not np.isfinite(space.scale).all() or not found[0].size:
        return None
    made = bargain(terms, space, found)
    pure = least_regret(made)
    return None if pure is None or not made.active.any() else _generate(made, pure.index, pure.phi)


def _generate(made: Bargain, index: int, pure_phi: float) -> Split:
    everywhere = made.space.affordable()
    held: Ints = np.array([index])
    bound, best = -np.inf, Split(((index, 1.0),), pure_phi, -np.inf, pure_phi)
    for _ in range(_ROUNDS):
        cuts, solved = _master(made, held)
        if solved is None:
            break
        if solved.value < best.phi:
            best = Split(_parts(held, solved.outcome), solved.value, -np.inf, pure_phi)
        worth = _prices(cuts, solved, made, everywhere)
        price = float(solved.dual @ np.array([row.least for row in cuts.program.rows]))
        bound = max(bound, price - float(worth.max()))
        if best.phi - bound <= _CLOSED * (1 + abs(best.phi)):
            break
        enter = everywhere[np.argsort(-worth, kind="stable")[:_ENTERING]]
        if np.isin(enter, held).all():
            break
        held = np.union1d(held, enter)
    return Split(best.parts, best.phi, min(bound, best.phi), pure_phi)


def _master(made: Bargain, held: Ints) -> tuple[Cuts, Relaxed | None]:
    """The best mixture of the outcomes held: one issue whose values they are, relaxed."""
    columns = Columns((held.size,), made.terms.risk, made.space.gains(held), made.space.scale)
    scale = np.where(made.active, made.stake, 1.0)
    weights = np.where(made.active, made.terms.weights, 0.0)
    cuts = Cuts(columns, Aim(made.best, scale, "max", weights, made.floor))
    return cuts, cuts.relax()


def _prices(cuts: Cuts, solved: Relaxed, made: Bargain, index: Ints) -> Floats:
    """What each outcome would contribute to the rows, at their duals."""
    belief = np.zeros((made.space.agents, made.space.scenarios))
    for dual, source in zip(solved.dual, cuts.sources, strict=True):
        if source is not None:
            belief[source[0]] += dual * source[1]
    worth: Floats = made.space.means(index, belief).sum(axis=0)
    return worth


def _parts(held: Ints, shares: Floats) -> tuple[tuple[int, float], ...]:
    """The visible shares, made to sum to 1."""
    visible = np.flatnonzero(shares > _VISIBLE)
    total = float(shares[visible].sum())
    parts = [(int(held[place]), float(shares[place]) / total) for place in visible]
    return tuple(sorted(parts, key=lambda part: (-part[1], part[0])))
