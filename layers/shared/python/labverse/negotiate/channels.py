"""A deal between two channels as a matter of negotiation: reach that one buys from the other."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from labverse.negotiate.config import ChannelProfile, NegotiatePolicy
from labverse.negotiate.models import ArbitrageNote, Role
from labverse.negotiate.problem import Problem, flat
from labverse.negotiate.requests import NegotiationRequest
from labverse.negotiate.settling import options
from labverse.negotiate.syndication import Scene, syndication
from labverse.negotiate.terms import plain

_CENT = Decimal("0.01")
_PRICE = Decimal("0.0001")
_PER = {"cpm": "mille", "cpc": "click", "cpa": "acquisition", "revenue_share": "lifetime value"}


class ChannelMatter:
    """The first platform buys impressions of the second."""

    roles: tuple[Role, Role] = ("buyer", "seller")

    def __init__(
        self,
        request: NegotiationRequest,
        profiles: Mapping[str, ChannelProfile],
        policy: NegotiatePolicy,
        seed: int,
    ) -> None:
        """`seed` names the scenarios; the same one, request and profiles give the same deal."""
        budget = policy.budget if request.budget is None else float(request.budget)
        update = {"channels": dict(profiles), "budget": min(budget, policy.budget)}
        self._request, self._policy = request, policy.model_copy(update=update)
        self._scene = self._drawn(seed)
        self.problem = options(self._scene.problem, request)
        self.agents, self.currency = self._scene.agents, self._scene.currency
        self.suspect = self._scene.suspect
        self.prices: Mapping[str, float] = {}

    def _drawn(self, seed: int) -> Scene:
        return syndication(self._policy, self._request.goal, self._request.agents, seed)

    def deal(self, outcome: Sequence[int]) -> dict[str, Any]:
        """The issues, and the price in its model's own unit beside the eCPM that it stands for."""
        found = self._scene.terms(outcome)
        price = Decimal(self._ecpm(outcome) / self._scene.factors[outcome[0]])
        return {name: plain(value) for name, value in found.items()} | {
            "price": plain(price.quantize(_PRICE))
        }

    def words(self, outcome: Sequence[int]) -> str:
        """One sentence for a person."""
        told, (buyer, seller) = self.deal(outcome), self.agents
        model, price, upfront = told["pricing_model"], told["price"], Decimal(told["upfront"])
        unit = f"{price} of each" if model == "revenue_share" else f"{price} {self.currency} a"
        months = f"{told['months']} month{'s' if told['months'] > 1 else ''}"
        return (
            f"{buyer} buys {told['impressions']:,} impressions a month from {seller} for {months}, "
            f"paid by {model} at {unit} {_PER.get(model, model)} (eCPM {told['ecpm']} "
            f"{self.currency}), {'exclusively' if told['exclusive'] else 'not exclusively'}, "
            f"{upfront * 100:f}".rstrip("0").rstrip(".")
            + f" % up front; expected payment {self.committed(outcome):,} {self.currency} a month."
        )

    def committed(self, outcome: Sequence[int]) -> Decimal:
        """The expected payment of one month."""
        cost = np.asarray(self.problem.cost)[flat(outcome, self.problem.sizes)]
        return Decimal(float(cost)).quantize(_CENT)

    def ecpm(self, outcome: Sequence[int]) -> float | None:
        """The price level."""
        return self._ecpm(outcome)

    def arbitrage(self, outcome: Sequence[int]) -> ArbitrageNote | None:
        """Reach is bought at the deal's eCPM; what it acquires is earned."""
        spread, (buyer, seller) = self._scene.spread(self._ecpm(outcome)), self.agents
        between = f"buying {seller}'s reach at the deal's eCPM, earning what it brings {buyer}"
        return ArbitrageNote(between=between, **vars(spread))

    def fresh(self, seed: int) -> Problem | None:
        """Other draws from the same forecast."""
        return options(self._drawn(seed).problem, self._request)

    def _ecpm(self, outcome: Sequence[int]) -> float:
        return float(self._policy.deals.ecpm[outcome[1]])
