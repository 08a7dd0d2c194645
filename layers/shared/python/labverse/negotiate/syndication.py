"""From a goal and platforms to a problem: one platform buys reach on the other.

The first platform buys impressions of the second, and earns what they acquire. Issues, in this
order: pricing model, price level, impressions, term, exclusivity, share paid up front. The pricing
model decides who carries which risk: with CPM the buyer, with CPA and a revenue share the seller.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labverse.kernel.errors import InvalidInput
from labverse.negotiate.arrays import Floats
from labverse.negotiate.config import ChannelProfile, NegotiatePolicy
from labverse.negotiate.market import Market, draw
from labverse.negotiate.pricing import Arbitrage, arbitrage, per_mille, suspect_units
from labverse.negotiate.problem import Problem
from labverse.negotiate.risk import Risk

ISSUES = ("pricing_model", "ecpm", "impressions", "months", "exclusive", "upfront")


@dataclass(frozen=True, eq=False)
class Scene:
    """A problem with the words for its agents and outcomes."""

    problem: Problem
    agents: tuple[str, str]
    """Buyer and seller."""
    currency: str
    values: tuple[tuple[object, ...], ...]
    """The values of each issue, in the order of ISSUES."""
    worth: Floats
    """(S,): what a thousand impressions bring the buyer, without exclusivity."""
    suspect: tuple[str, ...]
    """Whose prices look as if they were in another unit."""
    factors: tuple[float, ...]
    """Of each pricing model: its price times this is the eCPM, on average."""

    def terms(self, outcome: Sequence[int]) -> dict[str, object]:
        """What an outcome says."""
        pairs = zip(ISSUES, self.values, outcome, strict=True)
        return {name: values[place] for name, values, place in pairs}

    def spread(self, ecpm: float) -> Arbitrage:
        """Of buying reach at that eCPM and earning what it acquires."""
        p = np.asarray(self.problem.probabilities)
        risk = Risk(p, self.problem.risk_aversion, self.problem.tail)
        return arbitrage(self.worth - ecpm, risk)


def syndication(policy: NegotiatePolicy, goal: str, platforms: Sequence[str], seed: int) -> Scene:
    """The problem of a goal between two platforms of the config. Raises InvalidInput."""
    buyer, seller = _parties(policy, goal, platforms)
    profiles = {name: policy.channels[name] for name in sorted(platforms)}
    market = draw(profiles, policy.correlation, seed, policy.scenarios)
    reach = _Reach(policy, market, buyer, seller)
    buys, sells, payment = reach.utilities()
    probabilities = np.full(policy.scenarios, 1 / policy.scenarios)
    deals = policy.deals
    values = (
        deals.pricing_models, deals.ecpm, deals.impressions, deals.months, deals.exclusive,
        deals.upfront,
    )  # fmt: skip
    problem = Problem(
        sizes=tuple(map(len, values)),
        probabilities=probabilities,
        reserve=np.stack([reach.buyer_alone(), reach.seller_alone()]),
        utilities=np.stack([buys, sells]),
        cost=payment.mean(axis=0),
        budget=policy.budget,
        risk_aversion=policy.risk_aversion,
        tail=policy.tail,
    )
    prices = {name: profile.market_cpm.median for name, profile in profiles.items()}
    suspect = suspect_units({**prices, "deals": float(np.median(deals.ecpm))})
    currency = policy.channels[buyer].currency
    return Scene(
        problem, (buyer, seller), currency, values, reach.worth, suspect, tuple(reach.factors())
    )


def _parties(policy: NegotiatePolicy, goal: str, platforms: Sequence[str]) -> tuple[str, str]:
    if goal not in policy.goals:
        raise InvalidInput(f"goal: must be one of {list(policy.goals)}")
    if len(platforms) != 2 or len(set(platforms)) != 2:
        raise InvalidInput("platforms: must be two different ones, the buyer first")
    unknown = sorted(set(platforms) - policy.channels.keys())
    if unknown:
        raise InvalidInput(f"platforms: config has no profile of {unknown}")
    currencies = {policy.channels[name].currency for name in platforms}
    if len(currencies) > 1:
        raise InvalidInput(f"platforms: their profiles are in {sorted(currencies)}, not in one")
    return platforms[0], platforms[1]


class _Reach:
    """Impressions of the seller, as both see them. Axes: S, then the issues in their order."""

    def __init__(self, policy: NegotiatePolicy, market: Market, buyer: str, seller: str) -> None:
        self.policy, self.deals = policy, policy.deals
        self.profile: ChannelProfile = policy.channels[seller]
        self.rates = {
            "ctr": market[seller]["ctr"],
            "cvr": market[seller]["cvr"],
            "ltv": market[buyer]["lifetime_value"],
        }
        self.worth = 1000 * self.rates["ctr"] * self.rates["cvr"] * self.rates["ltv"]
        self.elsewhere = market[buyer]["buying_cpm"]
        self.earned = market[seller]["market_cpm"] * self.profile.fill
        self.lift = 1 + policy.exclusivity_lift * np.array(self.deals.exclusive)

    def factors(self) -> list[float]:
        """By what each pricing model's price is multiplied to be an eCPM, on average."""
        models = self.deals.pricing_models
        return [float(per_mille(model, self.rates, 1000.0).mean()) for model in models]

    def _paid_per_mille(self) -> Floats:
        """(S, models, exclusive): of a price whose mean eCPM is 1 without exclusivity."""
        found = []
        for model in self.deals.pricing_models:
            factor = per_mille(model, self.rates, 1000.0)
            lifted = self.lift if model in ("cpa", "revenue_share") else np.ones_like(self.lift)
            found.append((factor / factor.mean())[:, None] * lifted)
        return np.stack(found, axis=1)

    def utilities(self) -> tuple[Floats, Floats, Floats]:
        """Buyer's and seller's, and what is paid, each (S, X), money per month."""
        d, many = self.deals, (slice(None), *[None] * 6)
        ecpm = np.array(d.ecpm)[:, None, None, None, None]
        mille = np.array(d.impressions)[:, None, None, None] / 1000
        extra = (np.array(d.months) - 1)[:, None, None] * self.policy.commitment
        exclusive = np.array(d.exclusive)[:, None]
        upfront = np.array(d.upfront)
        varying = self._paid_per_mille()[:, :, None, None, None, :, None]
        paid = mille * ecpm * (upfront + (1 - upfront) * varying)
        worth = mille * self.worth[many] * self.lift[:, None]
        # The buyer pays for being bound, the seller saves half of it in selling again.
        buys = worth - paid * (1 + extra)
        barred = exclusive * self.policy.exclusivity_cost
        rest = max(d.impressions) / 1000 - mille * (1 + barred)
        sells = paid * (1 + extra / 2) + rest * self.earned[many]
        shape = (len(self.worth), -1)
        full = np.broadcast_shapes(buys.shape, sells.shape, paid.shape)
        buyer, seller, payment = (
            np.broadcast_to(part, full).reshape(shape) for part in (buys, sells, paid)
        )
        return buyer, seller, payment

    def buyer_alone(self) -> Floats:
        """(S,): the smallest amount of reach, bought elsewhere, if that is worth it on average."""
        gain: Floats = min(self.deals.impressions) / 1000 * (self.worth - self.elsewhere)
        return gain if gain.mean() > 0 else np.zeros_like(gain)

    def seller_alone(self) -> Floats:
        """(S,): all impressions on the open market."""
        return max(self.deals.impressions) / 1000 * self.earned
