"""A negotiation over more outcomes than can be enumerated; the definitions are the same."""

from itertools import islice, product

import numpy as np

from labverse.negotiate.additive import CAP, Columns, best_gains
from labverse.negotiate.arrays import Bools, Floats, Ints
from labverse.negotiate.bargaining import INDIFFERENT, ROUNDING, leximax
from labverse.negotiate.certificate import VISIBLE, nash_ratio, surplus
from labverse.negotiate.cuts import Aim
from labverse.negotiate.cutting import Candidates, Cutting
from labverse.negotiate.disagreement import infeasible
from labverse.negotiate.equilibrium import LEAST
from labverse.negotiate.problem import Certificate, Solution, flat
from labverse.negotiate.reading import Terms
from labverse.negotiate.search import TIE

_WIDER = (0.0, 0.02, 0.1, 0.5)
"""How much more than the least score is looked at for an equilibrium, one after the other."""
CLOSED = 1e-6
"""A gap to the bound, relative to 1 + |score|, that still proves an outcome the best."""


def solve_beyond(terms: Terms) -> Solution:
    """See labverse.negotiate.solver.solve."""
    costs = terms.cost
    if costs is not None and sum(float(part.min()) for part in costs) > terms.budget:
        return Solution("no_agreement", "infeasible_constraints", certificate=infeasible(terms))
    columns = Columns.of(terms)
    best = best_gains(columns)
    if best is None:
        return Solution("no_agreement", "empty_zopa", certificate=_nearest(columns))
    return _Negotiation(terms, columns, best).solution()


class _Negotiation:
    def __init__(self, terms: Terms, columns: Columns, best: Floats) -> None:
        self.terms, self.columns = terms, columns
        self.best, self.stake = best[:, :-1], best[:, -1]
        self.active: Bools = self.stake > INDIFFERENT * columns.scale
        self.floor = -ROUNDING * columns.scale

    def solution(self) -> Solution:
        scale = np.where(self.active, self.stake, 1.0)
        weights = np.where(self.active, self.terms.weights, 0.0)
        cutting = Cutting(self.columns, Aim(self.best, scale, "max", weights, self.floor))
        movers = self.terms.equilibrium and max(self.terms.owner) >= 0
        for wider in _WIDER if movers else _WIDER[:1]:
            found = cutting.solve(wider)
            if found is None:
                return Solution("no_agreement", "not_robust", certificate=_nearest(self.columns))
            if not len(found.outcomes):
                return Solution("bounded", "search", certificate={"lower_bound": found.bound})
            place = self._pick(found, weights, movers)
            if place is not None:
                return self._answer(found, place, movers)
        return Solution("bounded", "equilibrium_search")

    def _pick(self, found: Candidates, weights: Floats, movers: bool) -> int | None:
        """Of the candidates that are equilibria, the leximax-least with the lowest index."""
        seen = np.isfinite(found.scores)
        if movers and found.complete:  # else an equilibrium that was left out may be better
            seen &= found.scores <= found.limit
        for score in np.unique(found.scores[seen]):
            near = score + TIE * (1 + abs(score))
            places = np.flatnonzero((found.scores >= score) & (found.scores <= near))
            if movers:
                fair = [self._gain(found, int(place)) <= 0 for place in places]
                places = places[np.array(fair, dtype=np.bool_)]
            if places.size:
                left = places[leximax((weights[:, None] * found.losses[:, places])[self.active])]
                order = np.lexsort(found.outcomes[left].T[::-1])
                self.ties = int(left.size)
                return int(left[order[0]])
        return None

    def _gain(self, found: Candidates, place: int) -> float:
        """How much more than is allowed an agent gains at most by a change of his own."""
        worst = -np.inf
        for agent in sorted(set(self.terms.owner) - {-1}):
            line = self._line(agent, found.outcomes[place])
            values = self.columns.risk.value(self.columns.gains(line)[agent])
            allowed = max(self.terms.epsilon, LEAST) * (1 + self.columns.scale[agent])
            worst = max(worst, float(values.max() - found.values[agent, place] - allowed))
        return worst

    def _line(self, agent: int, outcome: Ints) -> Ints:
        owned = [who == agent for who in self.terms.owner]
        choices = [
            range(size) if mine else (int(value),)
            for size, mine, value in zip(self.terms.sizes, owned, outcome, strict=True)
        ]
        line: Ints = np.array(list(islice(product(*choices), CAP)), dtype=np.int64)
        if self.columns.cost is None:
            return line
        cost = self.columns.cost[line + self.columns.starts].sum(axis=1)
        inside: Ints = line[cost <= self.terms.budget + 1e-12 * abs(self.columns.cost).max()]
        return inside

    def _answer(self, found: Candidates, place: int, movers: bool) -> Solution:
        outcome = tuple(int(value) for value in found.outcomes[place])
        rho = np.where(self.active, found.losses[:, place], 0.0)
        phi = float((self.terms.weights * rho).max())
        bound = phi if movers and found.complete else min(found.bound, phi)
        proven = found.complete or phi - bound <= CLOSED * (1 + abs(phi))
        certificate = self._certificate(found.values[:, place], rho, found.outcomes[place])
        certificate |= {
            "method": "branch and bound",
            "lower_bound": bound,
            "gap": phi - bound,
            "looked_at": len(found.outcomes),
            "ties": self.ties if found.complete else None,
            "pareto_rho": found.complete,
            "deviation_max": max(0.0, self._gain(found, place)) if movers else 0.0,
        }
        return Solution(
            "agreed" if proven else "bounded",
            "" if proven else "gap",
            flat(outcome, self.terms.sizes),
            outcome,
            phi,
            tuple(rho.tolist()),
            certificate,
        )

    def _certificate(self, values: Floats, rho: Floats, outcome: Ints) -> Certificate:
        p = self.terms.risk.probabilities
        expected = self.columns.gains(outcome[None])[:, 0] @ p
        return {
            "values": values.tolist(),
            "expected_gains": expected.tolist(),
            "reserve": (self.terms.reserve @ p).tolist(),
            "rho": rho.tolist(),
            "contributions": (self.terms.weights * rho).tolist(),
            "stake": self.stake.tolist(),
            "benchmark": (self.best @ p).tolist(),
            "indifferent": np.flatnonzero(~self.active).tolist(),
            "individually_rational": bool((values >= self.floor).all()),
            "pareto_value": self._undominated(values, outcome),
            "nash": self._nash(values, outcome),
            "kalai_smorodinsky": None,
            **surplus(expected),
        }

    def _nash(self, values: Floats, outcome: Ints) -> Certificate | None:
        weights = self.active.astype(np.float64)
        nothing, stake = np.zeros_like(self.best), np.where(self.active, self.stake, 1.0)
        cutting = Cutting(self.columns, Aim(nothing, stake, "log", weights, self.floor))
        found = cutting.solve(known=outcome[None])
        if found is None or not np.isfinite(found.scores).any():
            return None
        place = int(found.scores.argmin())
        there, best = found.values[:, place], found.outcomes[place].tolist()
        return {
            "index": flat(best, self.terms.sizes),
            "outcome": best,
            "values": there.tolist(),
            "ratio": nash_ratio(values[self.active], there[self.active]),
            "proven": found.complete,
        }

    def _undominated(self, values: Floats, outcome: Ints) -> bool | None:
        """None: not known, within the work that is allowed."""
        scale = self.columns.unit
        floor, one = values - 10 * ROUNDING * scale, np.ones(scale.size)
        aim = Aim(np.zeros_like(self.best), scale, "sum", one, floor)
        found = Cutting(self.columns, aim).solve(known=outcome[None])
        best = -np.inf if found is None else -found.scores.min(initial=np.inf)
        if best > (values / scale).sum() + VISIBLE:
            return False
        return True if found is None or found.complete else None


def _nearest(columns: Columns) -> Certificate:
    """Where the worst-off agent lacks least, and whether side payments could close the gap."""
    nothing, one = np.zeros((columns.agents, columns.scenarios)), np.ones(columns.agents)
    worst_off = Cutting(columns, Aim(nothing, one, "max", one, None)).solve()
    together = Cutting(columns, Aim(nothing, one, "sum", one, None)).solve()
    if worst_off is None or together is None:
        return {}
    place = int(worst_off.scores.argmin())
    values = worst_off.values[:, place]
    outcome = [int(value) for value in worst_off.outcomes[place]]
    joint = -float(together.scores.min())
    return {
        "nearest": {
            "index": flat(outcome, columns.sizes),
            "outcome": outcome,
            "values": values.tolist(),
            "shortfall": np.maximum(0, -values).tolist(),
        },
        "largest_joint_value": joint,
        "side_payments_close_it": joint >= 0,
    }
