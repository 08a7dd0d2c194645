"""The searches of a negotiation: minimax regret, the Nash and the Kalai-Smorodinsky points.

Benchmarks (F0 = the bargaining set, C the constraints, p the probabilities, g = u - d):

    F0  = {x in C: E_p[g_i(x)] >= 0 for all i}      N_i = max over F0 of E_p[g_i]
    F   = {x in F0: V_i(x) >= 0 for all i}
    r_i(x, s) = (max over y in F0 of u_i(y, s) - u_i(x, s)) / N_i      (Savage 1951)
    rho_i(x)  = (1 - a) E_p[r_i] + a (mean of the worst share t of r_i)
    x*  = the leximax-least of (w_i rho_i) over F, then the lowest index

With F0 independent of a, min max rho does not fall as a rises. Leximax makes x* Pareto-optimal in
rho: a vector that is nowhere larger and somewhere smaller has a smaller sorted vector.
"""

from dataclasses import dataclass

import numpy as np

from labverse.negotiate.arrays import Bools, Floats, Ints
from labverse.negotiate.reading import Terms
from labverse.negotiate.search import TIE, Accept, Combine, Score, Zone, minimise
from labverse.negotiate.space import Space

ROUNDING = 1e-12
"""Gains down to minus this, in units of the agent's scale, are not below 0."""
INDIFFERENT = 1e-9
"""An agent whose best expected gain is at most this, in units of his scale, has no stake."""
_TINY = 1e-300  # stands for 0 in a logarithm


@dataclass(frozen=True, eq=False)
class Bargain:
    """The bargaining set with its benchmarks."""

    terms: Terms
    space: Space
    zone: Zone
    best: Floats
    """(n, S): the best gain of each agent in each scenario over F0."""
    stake: Floats
    """(n,): N_i."""
    active: Bools
    """(n,): who has a stake."""

    @property
    def floor(self) -> Floats:
        """(n,): what V may not be below, but for rounding."""
        return -ROUNDING * self.space.scale


@dataclass(frozen=True, eq=False)
class Chosen:
    """The outcome that a search ended with."""

    index: int
    rho: Floats
    values: Floats
    phi: float
    ties: int
    looked_at: int


def bargaining_set(space: Space) -> tuple[Ints, Floats]:
    """F0 and its expected gains."""
    return space.acceptable(-ROUNDING * space.scale)


def bargain(terms: Terms, space: Space, found: tuple[Ints, Floats]) -> Bargain:
    """The benchmarks over a bargaining set that is not empty."""
    index, means = found
    tops = index[means.argmax(axis=1)]
    plain = np.einsum("nks,s->nk", space.gains(tops), terms.risk.probabilities)
    stake = np.diagonal(plain).copy()
    zone = Zone(space, terms.risk, index, means)
    active = stake > INDIFFERENT * space.scale
    return Bargain(terms, space, zone, space.best(index), stake, active)


def least_regret(bargain: Bargain, accept: Accept | None = None) -> Chosen | None:
    """x* among the outcomes of F that are accepted; None when there is none."""
    weights, active = bargain.terms.weights[:, None], bargain.active

    def largest(losses: Floats) -> Floats:
        if not active.any():
            return np.zeros(losses.shape[1])
        top: Floats = (weights * losses)[active].max(axis=0)
        return top

    score = Score(bargain.best, np.where(active, bargain.stake, 1.0), largest)
    found = minimise(bargain.zone, score, bargain.floor, accept)
    if found is None:
        return None
    rho = np.where(active[:, None], found.losses, 0.0)
    places = leximax((weights * rho)[active])
    place = places[found.places[places].argmin()]
    values, phi = found.values[:, place], float((weights[:, 0] * rho[:, place]).max())
    index = int(bargain.zone.index[found.places[place]])
    return Chosen(index, rho[:, place], values, phi, places.size, found.looked_at)


def leximax(losses: Floats) -> Ints:
    """The columns whose entries, largest first, are lexicographically least, within TIE."""
    ordered = -np.sort(-losses, axis=0)
    left = np.arange(losses.shape[1])
    for row in ordered:
        least = row[left].min()
        left = left[row[left] <= least + TIE * (1 + abs(least))]
    return left


def nash_point(bargain: Bargain) -> tuple[int, Floats] | None:
    """argmax over F of the product of V (Nash 1950), in logarithms, and the V there.

    Agents without a stake are left out; of equal products, the lowest index.
    """
    active = bargain.active

    def minus_log(losses: Floats) -> Floats:
        worth: Floats = np.maximum(-losses[active], _TINY)
        total: Floats = -np.log(worth).sum(axis=0)
        return total

    return _point(bargain, minus_log, bargain.floor)


def kalai_point(bargain: Bargain, known: Floats) -> tuple[int, Floats] | None:
    """argmax over F of the smallest share of one's ideal V (Kalai and Smorodinsky 1975).

    `known` (n, k): V of outcomes of F that were found before; nothing below them is looked at.
    """
    agents = range(bargain.space.agents)
    ideal = np.array([_ideal(bargain, agent, known[agent].max()) for agent in agents])
    real = bargain.active & (ideal > INDIFFERENT * bargain.space.scale)
    if not real.any():
        return None
    share = (known[real] / ideal[real, None]).min(axis=0).max()
    floor = bargain.floor.copy()
    floor[real] = np.maximum(floor[real], _below(share * ideal[real]))

    def largest(losses: Floats) -> Floats:
        top: Floats = (losses[real] / ideal[real, None]).max(axis=0)
        return top

    return _point(bargain, largest, floor)


def _ideal(bargain: Bargain, agent: int, known: float) -> float:
    """The largest V of one agent over F."""
    floor = bargain.floor.copy()
    floor[agent] = max(floor[agent], known - TIE * abs(known))
    best = _point(bargain, lambda losses: losses[agent], floor)
    return known if best is None else float(best[1][agent])


def _below(value: Floats) -> Floats:
    lower: Floats = value - TIE * abs(value)
    return lower


def _point(bargain: Bargain, combine: Combine, floor: Floats) -> tuple[int, Floats] | None:
    """The outcome of least combine(-V) with V >= floor; of equals, the lowest index."""
    agents = bargain.space.agents
    zero = np.zeros((agents, bargain.space.scenarios))
    found = minimise(bargain.zone, Score(zero, np.ones(agents), combine), floor)
    if found is None:
        return None
    place = found.places.argmin()
    return int(bargain.zone.index[found.places[place]]), found.values[:, place]
