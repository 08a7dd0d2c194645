"""From a goal and platforms to a problem: one platform buys reach on the other.

The first platform buys impressions of the second, and earns what they acquire. Issues, in this
order: pricing model, price level, impressions, term, exclusivity, share paid up front. The pricing
model decides who carries which risk: with CPM the buyer, with CPA and a revenue share the seller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from labverse.negotiate.arrays import Floats
from labverse.negotiate.market import Market, draw
from labverse.negotiate.pricing import Arbitrage, arbitrage, per_mille, suspect_units
from labverse.negotiate.problem import Problem
from labverse.negotiate.risk import Risk

if TYPE_CHECKING:  # a cold process that holds its policy does not wait for pydantic
    from labverse.negotiate.config import ChannelProfile, NegotiatePolicy

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
    utilities, payment = reach.utilities()
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
        utilities=utilities,
        cost=payment,
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
        _refuse(f"goal: must be one of {list(policy.goals)}")
    if len(platforms) != 2 or len(set(platforms)) != 2:
        _refuse("platforms: must be two different ones, the buyer first")
    unknown = sorted(set(platforms) - policy.channels.keys())
    if unknown:
        _refuse(f"platforms: config has no profile of {unknown}")
    currencies = {policy.channels[name].currency for name in platforms}
    if len(currencies) > 1:
        _refuse(f"platforms: their profiles are in {sorted(currencies)}, not in one")
    return platforms[0], platforms[1]


def _refuse(why: str) -> NoReturn:
    from labverse.kernel.errors import InvalidInput

    raise InvalidInput(why)


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

    def utilities(self) -> tuple[Floats, Floats]:
        """Buyer's and seller's (2, S, X), money per month, and what is paid on average, (X,).

        The term multiplies what is paid and nothing else, so only the last step needs all of X.
        """
        d, many = self.deals, (slice(None), *[None] * 6)
        mille = np.array(d.impressions)[:, None, None, None] / 1000
        bound = (np.array(d.months) - 1)[:, None, None] * self.policy.commitment
        paid = self._paid(mille)
        # The buyer pays for being bound, the seller saves half of it in selling again.
        barred = 1 + np.array(d.exclusive)[:, None] * self.policy.exclusivity_cost
        worth = mille * self.lift[:, None] * self.worth[many]
        rest = (max(d.impressions) / 1000 - mille * barred) * self.earned[many]
        shape = (*paid.shape[:4], len(d.months), *paid.shape[5:])
        found = np.empty((2, *shape))
        for whole, factor, without in (
            (found[0], -1 - bound, worth),
            (found[1], 1 + bound / 2, rest),
        ):
            np.multiply(paid, factor, out=whole)
            whole += without
        payment = np.broadcast_to(paid.mean(axis=0), shape[1:])
        return found.reshape(2, len(self.worth), -1), payment.reshape(-1)

    def _paid(self, mille: Floats) -> Floats:
        """(S, models, levels, impressions, 1, exclusive, upfront): what is paid in a month."""
        upfront, ecpm = np.array(self.deals.upfront), np.array(self.deals.ecpm)
        varying = self._paid_per_mille()[:, :, None, None, None, :, None]
        share = upfront + (1 - upfront) * varying
        found: Floats = share * (ecpm[:, None, None, None, None] * mille)
        return found

    def buyer_alone(self) -> Floats:
        """(S,): the smallest amount of reach, bought elsewhere, if that is worth it on average."""
        gain: Floats = min(self.deals.impressions) / 1000 * (self.worth - self.elsewhere)
        return gain if gain.mean() > 0 else np.zeros_like(gain)

    def seller_alone(self) -> Floats:
        """(S,): all impressions on the open market."""
        return max(self.deals.impressions) / 1000 * self.earned
