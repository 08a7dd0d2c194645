"""Positions in full as a matter of negotiation: their arrays in major units of one currency."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from labverse.negotiate.adcp import per_major
from labverse.negotiate.arrays import Floats
from labverse.negotiate.config import NegotiatePolicy
from labverse.negotiate.models import ArbitrageNote, Role
from labverse.negotiate.pricing import arbitrage, per_mille, suspect_units
from labverse.negotiate.problem import Problem
from labverse.negotiate.requests import Issue, NegotiationRequest, Position
from labverse.negotiate.risk import Risk
from labverse.negotiate.settling import options
from labverse.negotiate.terms import plain

_NOTHING = Decimal(0)


class StatedMatter:
    """Issues, scenarios and positions as a request states them."""

    def __init__(self, request: NegotiationRequest, policy: NegotiatePolicy) -> None:
        """`request` carries positions, and was read (labverse.negotiate.opening)."""
        assert request.positions is not None
        assert request.issues is not None
        assert request.scenarios is not None
        self._issues, self._positions = request.issues, request.positions
        self.agents = request.agents
        self.roles: list[Role] = ["party"] * len(self.agents)
        self.currency = self._positions[0].currency
        self._chances = np.array(request.scenarios.probabilities)
        self.problem = options(self._problem(request, policy), request)
        self._rows = {one.agent: self._ecpm(one) for one in self._positions if one.quote}
        self.prices = {name: float(row @ self._chances) for name, row in self._rows.items()}
        self.suspect = suspect_units(self.prices) if self.prices else ()

    def _problem(self, request: NegotiationRequest, policy: NegotiatePolicy) -> Problem:
        scales = [per_major(one.unit, one.currency) for one in self._positions]
        pairs = list(zip(self._positions, scales, strict=True))
        whole = self._positions[0].utilities is not None
        return Problem(
            sizes=tuple(len(issue.values) for issue in self._issues),
            probabilities=self._chances,
            reserve=np.array([np.array(one.reserve) / scale for one, scale in pairs]),
            tables=None if whole else [_tables(one, scale) for one, scale in pairs],
            utilities=np.array([np.array(one.utilities) / scale for one, scale in pairs])
            if whole
            else None,
            cost=_costs(self._issues),
            budget=None if request.budget is None else float(request.budget),
            weights=np.array([one.weight for one in self._positions]),
            owner=[-1 if i.owner is None else self.agents.index(i.owner) for i in self._issues],
            risk_aversion=policy.risk_aversion,
            tail=policy.tail,
        )

    def deal(self, outcome: Sequence[int]) -> dict[str, Any]:
        """The chosen value of each issue."""
        pairs = zip(self._issues, outcome, strict=True)
        return {issue.name: plain(issue.values[place]) for issue, place in pairs}

    def words(self, outcome: Sequence[int]) -> str:
        """One sentence for a person."""
        chosen = ", ".join(f"{name}: {value}" for name, value in self.deal(outcome).items())
        money = self.committed(outcome)
        paid = f"; costs {money:,} {self.currency}" if money else ""
        return f"{', '.join(self.agents[:-1])} and {self.agents[-1]} agree on {chosen}{paid}."

    def committed(self, outcome: Sequence[int]) -> Decimal:
        """What the chosen values cost, exactly as stated."""
        pairs = zip(self._issues, outcome, strict=True)
        costs = (issue.cost[place] for issue, place in pairs if issue.cost is not None)
        return sum(costs, start=_NOTHING)

    def ecpm(self, outcome: Sequence[int]) -> float | None:  # noqa: ARG002 - prices are the agents'
        """An outcome of any issues has no price that we know of."""
        return None

    def arbitrage(self, outcome: Sequence[int]) -> ArbitrageNote | None:  # noqa: ARG002
        """Between the cheapest and the dearest quote, whatever their pricing models."""
        if len(self._rows) < 2:
            return None
        cheap, dear = (
            min(self.prices, key=self.prices.__getitem__),
            max(self.prices, key=self.prices.__getitem__),
        )
        real = self._chances > 0
        risk = Risk(self._chances[real], self.problem.risk_aversion, self.problem.tail)
        spread = arbitrage((self._rows[dear] - self._rows[cheap])[real], risk)
        between = f"buying at {cheap}'s price, selling at {dear}'s"
        return ArbitrageNote(between=between, **vars(spread))

    def fresh(self, seed: int) -> Problem | None:  # noqa: ARG002 - nothing is drawn
        """Stated scenarios are all that there are."""
        return None

    def _ecpm(self, position: Position) -> Floats:
        """(S,): of the position's quote, in major units."""
        quote = position.quote
        assert quote is not None
        scale = per_major(position.unit, position.currency)
        rates = {"": np.ones(self._chances.size)}
        for name, rate in quote.rates.items():
            row = np.broadcast_to(np.asarray(rate, dtype=np.float64), self._chances.shape)
            rates[name] = row / scale if name == "ltv" else row
        price = float(quote.price) / (1 if quote.pricing_model == "revenue_share" else scale)
        return price * per_mille(quote.pricing_model, rates, quote.impressions or 1000.0)


def _tables(position: Position, scale: int) -> list[Floats]:
    return [np.array(table) / scale for table in position.tables or ()]


def _costs(issues: Sequence[Issue]) -> list[Floats] | None:
    """Per issue; nothing where none has any."""
    if all(issue.cost is None for issue in issues):
        return None
    return [
        np.array([float(one) for one in issue.cost or (0,) * len(issue.values)]) for issue in issues
    ]
