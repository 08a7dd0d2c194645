"""What an answer proves: plain numbers that a checker can recompute from the definitions alone."""

import numpy as np

from labverse.negotiate.arrays import Floats
from labverse.negotiate.bargaining import ROUNDING, Bargain, Chosen, kalai_point, nash_point
from labverse.negotiate.equilibrium import Deviations
from labverse.negotiate.problem import Certificate, unflat
from labverse.negotiate.search import Score, minimise

_DOMINATING = 0.8
"""An agent with more than this share of the surplus is pointed out."""
VISIBLE = 1e-9
"""A sum of V, in units of scale, is larger only by more than this."""


def certify(bargain: Bargain, chosen: Chosen, deviations: Deviations | None) -> Certificate:
    """Everything about a chosen outcome. JSON values only."""
    terms, p = bargain.terms, bargain.terms.risk.probabilities
    gains = bargain.space.gains(np.array([chosen.index]))[:, 0]
    expected = np.einsum("ns,s->n", gains, p)
    return {
        "method": "enumeration",
        "lower_bound": chosen.phi,
        "gap": 0.0,
        "looked_at": chosen.looked_at,
        "bargaining_set": int(bargain.zone.index.size),
        "values": chosen.values.tolist(),
        "expected_gains": expected.tolist(),
        "reserve": np.einsum("ns,s->n", terms.reserve, p).tolist(),
        "rho": chosen.rho.tolist(),
        "contributions": (terms.weights * chosen.rho).tolist(),
        "stake": bargain.stake.tolist(),
        "benchmark": np.einsum("ns,s->n", bargain.best, p).tolist(),
        "indifferent": np.flatnonzero(~bargain.active).tolist(),
        "individually_rational": bool((chosen.values >= bargain.floor).all()),
        "ties": chosen.ties,
        "pareto_rho": True,  # leximax implies it: see labverse.negotiate.bargaining
        "pareto_value": _undominated(bargain, chosen.values),
        "deviation_max": _deviation(chosen, deviations),
        **_points(bargain, chosen),
        **surplus(expected),
    }


def _deviation(chosen: Chosen, deviations: Deviations | None) -> float:
    """The most that anybody gains by a change of his own issues."""
    if deviations is None:
        return 0.0
    own = ((agent, float(chosen.values[agent])) for agent in deviations.movers)
    return max((deviations.gain(agent, chosen.index, v) for agent, v in own), default=0.0)


def surplus(expected: Floats) -> Certificate:
    """Each agent's share of the expected surplus, and who takes nearly all of it."""
    total = float(np.maximum(expected, 0).sum())
    shares = (np.maximum(expected, 0) / total).tolist() if total > 0 else [0.0] * expected.size
    return {
        "surplus_shares": shares,
        "dominating": [agent for agent, share in enumerate(shares) if share > _DOMINATING],
    }


def _points(bargain: Bargain, chosen: Chosen) -> Certificate:
    """The two other solutions that people ask for, beside the chosen one."""
    nash = nash_point(bargain)
    if nash is None:
        return {"nash": None, "kalai_smorodinsky": None}
    kalai = kalai_point(bargain, np.stack([chosen.values, nash[1]], axis=1))
    ratio = nash_ratio(chosen.values[bargain.active], nash[1][bargain.active])
    return {
        "nash": {**_point(bargain, *nash), "ratio": ratio},
        "kalai_smorodinsky": kalai and _point(bargain, *kalai),
    }


def _point(bargain: Bargain, index: int, values: Floats) -> Certificate:
    outcome = list(unflat(index, bargain.terms.sizes))
    return {"index": index, "outcome": outcome, "values": values.tolist()}


def nash_ratio(values: Floats, at_nash: Floats) -> float:
    """The product of V over that at the Nash point: in [0, 1], 1 where nobody has a stake."""
    if not (at_nash > 0).all():
        return 1.0  # the largest product is 0: any outcome reaches it
    with np.errstate(divide="ignore"):
        logs = np.log(np.maximum(values, 0)) - np.log(at_nash)
    return float(min(1.0, np.exp(logs.sum())))


def _undominated(bargain: Bargain, values: Floats) -> bool:
    """Whether no outcome has V nowhere smaller and somewhere larger: leximax does not imply it."""
    scale = np.where(bargain.space.scale > 0, bargain.space.scale, 1.0)
    floor = values - 10 * ROUNDING * scale
    nothing = np.zeros((scale.size, bargain.space.scenarios))
    better = minimise(bargain.zone, Score(nothing, scale, lambda losses: losses.sum(axis=0)), floor)
    return better is None or -better.score <= float((values / scale).sum()) + VISIBLE
