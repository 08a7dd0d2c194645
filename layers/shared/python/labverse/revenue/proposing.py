"""Which budget for which aim: candidates from today's money on, each split as well as it can be."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from labverse.revenue.advice import Aim, Effect, Limit
from labverse.revenue.config import RevenuePolicy
from labverse.revenue.hindsight import change
from labverse.revenue.moves import NORMAL
from labverse.revenue.optimize import INTERVAL, Fitted
from labverse.revenue.plan import ChannelPlan, Missing, Plan, Status
from labverse.revenue.spending import Spending

FEWEST = 2
"""Money moves from one channel to another."""
_LESS, _MORE = 0.02, 0.05
"""Steps between candidates, of today's money."""
_LEAST = 0.5  # of today's money, the least that is tried
_RECENT = 90
Reaches = Callable[[float], bool]
"""Whether so much more new MRR a day is enough."""


@dataclass(frozen=True)
class Candidate:
    """A budget, its split, and what that changes a day against today's."""

    plan: Plan
    factor: float
    """Of today's money."""
    mean: float
    deviation: float

    @classmethod
    def of(cls, fitted: Fitted, factor: float) -> "Candidate":
        """The best split of so much money. How far a channel may go is meant of what it gets today:
        twice the money with three times the share would be six times of what was ever tried.
        """
        limits = fitted.limits
        floor, ceiling = min(limits.floor / factor, 1.0), max(limits.ceiling / factor, 1.0)
        held = limits.model_copy(update={"floor": floor, "ceiling": ceiling})
        plan = replace(fitted, limits=held).plan(factor * float(fitted.current.sum()))
        to = np.array([one.recommended for one in plan.channels])
        return cls(plan, factor, *change(fitted, fitted.current, to))


@dataclass(frozen=True)
class Proposal:
    """What is advised. Everything is a day's, in the base currency."""

    status: Status
    binding: Limit
    channels: tuple[ChannelPlan, ...]
    missing: tuple[Missing, ...]
    budget: float
    unspent: float = 0.0
    mean: float = 0.0
    deviation: float = 0.0
    extra: float = 0.0
    """Spent more than today."""
    usable: list[Spending] = field(default_factory=list)

    @property
    def effect(self) -> Effect:
        """What is won beyond today."""
        reach = NORMAL.inv_cdf(0.5 + INTERVAL / 2) * self.deviation
        return Effect(expected=self.mean, low=self.mean - reach, high=self.mean + reach)

    @property
    def probability_of_loss(self) -> float:
        """Chance that less is won than today."""
        return NORMAL.cdf(-self.mean / self.deviation) if self.deviation else 0.0

    @property
    def payback_months(self) -> float | None:
        """Months of the MRR that is won more, until it has paid what is spent more."""
        return self.extra / self.mean if self.extra > 0 and self.mean > 0 else None


def propose(
    channels: list[Spending], aim: Aim, reaches: Reaches, policy: RevenuePolicy
) -> Proposal:
    """The advice for an aim. A channel with too little data keeps what it gets."""
    missing = tuple(gap for one in channels for gap in one.missing(policy.allocation))
    thin = {gap.channel for gap in missing}
    usable = [one for one in channels if one.channel not in thin]
    kept = tuple(_kept(one) for one in channels if one.channel in thin)
    if len(usable) < FEWEST:
        few = Missing(
            channel="all", what="channels with enough data", have=len(usable), need=FEWEST
        )
        rest = tuple(_kept(one) for one in usable)
        budget = sum(one.current for one in rest)
        return Proposal("too_thin", "data", rest + kept, (*missing, few), budget)
    fitted = Fitted.of(usable, policy.allocation)
    best, binding = _AIMS[aim](fitted, reaches, policy)
    return Proposal(
        "move" if best.factor != 1.0 else best.plan.status,
        binding,
        best.plan.channels + kept,
        missing,
        best.plan.budget,
        best.plan.unspent,
        best.mean,
        best.deviation,
        best.plan.budget - float(fitted.current.sum()),
        usable,
    )


def _kept(one: Spending) -> ChannelPlan:
    current = float(one.spend[-_RECENT:].mean()) if len(one.spend) else 0.0
    return ChannelPlan(
        channel=one.channel,
        current=current,
        same_mix=current,
        recommended=current,
        marginal_before=None,
        marginal_after=None,
    )


Found = tuple[Candidate, Limit]


def _split(fitted: Fitted, _: Reaches, __: RevenuePolicy) -> Found:
    """Today's money, split better."""
    found = Candidate.of(fitted, 1.0)
    return found, found.plan.binding


def _less(fitted: Fitted, _: Reaches, policy: RevenuePolicy) -> Found:
    """As little money as wins what is won today, with the certainty that a move needs."""
    z = NORMAL.inv_cdf(policy.allocation.certainty)
    best = today = Candidate.of(fitted, 1.0)
    for step in range(1, round((1 - _LEAST) / _LESS) + 1):
        found = Candidate.of(fitted, round(1 - step * _LESS, 2))
        if found.mean < z * found.deviation:
            return best, "target" if found.mean < 0 else "evidence"
        best = found
    return (best, "trust_region") if best is not today else (today, today.plan.binding)


def _more(fitted: Fitted, reaches: Reaches, policy: RevenuePolicy) -> Found:
    """As little money, from today's on, as reaches the target; none that does not pay back."""
    best = Candidate.of(fitted, 1.0)
    limit: Limit = best.plan.binding
    for step in range(1, round((policy.allocation.total - 1) / _MORE) + 1):
        if reaches(best.mean):
            return best, limit
        found = Candidate.of(fitted, round(1 + step * _MORE, 2))
        spent = found.plan.budget - best.plan.budget
        if spent > policy.payback_months * (found.mean - best.mean):
            return best, "payback"
        best, limit = found, "target"
    return best, limit if reaches(best.mean) else "trust_region"


_AIMS: dict[Aim, Callable[[Fitted, Reaches, RevenuePolicy], Found]] = {
    "conversion_rate": _split,
    "spend": _less,
    "target_mrr": _more,
}
