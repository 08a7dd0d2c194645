"""Why there is no deal, and how far one is away."""

import numpy as np

from labverse.negotiate.arrays import Floats
from labverse.negotiate.bargaining import Bargain
from labverse.negotiate.equilibrium import Deviations, largest_values, nearest_equilibrium
from labverse.negotiate.problem import Certificate, unflat
from labverse.negotiate.reading import Terms
from labverse.negotiate.risk import Risk
from labverse.negotiate.search import Score, Zone, minimise
from labverse.negotiate.space import Space


def infeasible(terms: Terms) -> Certificate:
    """The budget is the one constraint: how much it lacks for the cheapest outcome."""
    assert terms.cost is not None
    parts = [terms.cost] if isinstance(terms.cost, np.ndarray) else terms.cost
    least = sum(float(part.min()) for part in parts)
    return {"relaxation": {"constraint": "budget", "by": least - terms.budget, "to": least}}


def nearest(terms: Terms, space: Space) -> Certificate:
    """Where the worst-off agent lacks least, and whether side payments could close the gap."""
    index = space.affordable()
    belief = np.broadcast_to(terms.risk.probabilities, (space.agents, space.scenarios))
    zone = Zone(space, terms.risk, index, space.means(index, belief))
    agents, free = space.agents, np.full(space.agents, -np.inf)
    zero, one = np.zeros((agents, space.scenarios)), np.ones(agents)
    worst_off = minimise(zone, Score(zero, one, lambda losses: losses.max(axis=0)), free)
    together = minimise(zone, Score(zero, one, lambda losses: losses.sum(axis=0)), free)
    assert worst_off is not None
    assert together is not None
    place = worst_off.places.argmin()
    values = worst_off.values[:, place]
    outcome = int(index[worst_off.places[place]])
    return {
        "nearest": {
            "index": outcome,
            "outcome": list(unflat(outcome, terms.sizes)),
            "values": values.tolist(),
            "shortfall": np.maximum(0, -values).tolist(),
        },
        "largest_joint_value": -together.score,
        "side_payments_close_it": bool(-together.score >= 0),
    }


def largest_agreeing_aversion(bargain: Bargain) -> float:
    """The largest risk aversion at which F is not empty.

    V_i falls linearly in it, from E to CVaR, so each outcome has its own limit in closed form.
    """
    risk, zone = bargain.terms.risk, bargain.zone
    tail = Zone(zone.space, Risk(risk.probabilities, 1.0, risk.tail), zone.index, zone.means)
    worst = tail.values(np.arange(zone.index.size))
    spread = np.maximum(zone.means - worst, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        limit: Floats = np.where(worst >= bargain.floor[:, None], 1.0, zone.means / spread)
    return float(np.clip(limit, 0, 1).min(axis=0).max())


def no_equilibrium(bargain: Bargain, deviations: Deviations) -> tuple[int, Certificate]:
    """The outcome of F that is nearest to an equilibrium, and the epsilon that would admit it."""
    zone, space = bargain.zone, bargain.space
    values = zone.values(np.arange(zone.index.size))
    robust = np.flatnonzero((values >= bargain.floor[:, None]).all(axis=0))
    scale = 1 + largest_values(space, bargain.terms.risk)
    place, epsilon = nearest_equilibrium(deviations, zone.index[robust], values[:, robust], scale)
    index = int(zone.index[robust[place]])
    there = values[:, robust[place]]
    moves = [
        {"agent": agent, "gain": gain}
        for agent in deviations.movers
        if (gain := deviations.gain(agent, index, float(there[agent]))) > 0
    ]
    return index, {"epsilon_min": epsilon, "deviations": moves, "values": there.tolist()}
