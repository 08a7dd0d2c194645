"""Budgets of channels, advised from what the ledger knows of spend and of the MRR that came."""

from datetime import date, timedelta

from labverse.kernel.clock import Clock
from labverse.revenue.advice import Advice, Goal
from labverse.revenue.config import RevenuePolicy
from labverse.revenue.daily import series
from labverse.revenue.hindsight import backtest
from labverse.revenue.histories import histories
from labverse.revenue.outlook import Trend
from labverse.revenue.ports import Sums
from labverse.revenue.proposing import propose
from labverse.revenue.spending import Spending
from labverse.revenue.timeline import SPEND, TOTAL

_ASSUMPTIONS = (
    "A channel's new MRR is what its movements `new` and `reactivation` bring, on their own day.",
    "Channels do not influence one another, and spend works on the day on which it is spent.",
    "Everything but the new MRR of these channels goes on as in the last 90 days.",
)


class Advising:
    """The use case of `POST /api/v1/revenue/optimize`."""

    def __init__(self, sums: Sums, policy: RevenuePolicy, clock: Clock) -> None:
        self._sums, self._policy, self._clock = sums, policy, clock

    def __call__(self, goal: Goal) -> Advice:
        """Advice, or what is missing for it. Raises InvalidInput and Unavailable."""
        now = self._clock.now()
        # Today is not over: what is spent in the morning wins in the evening.
        last = now.date() - timedelta(days=1)
        trend = Trend.of(series(self._sums.rows(TOTAL), self._policy.rates).get(""), last)
        found = propose(
            self._histories(goal, last),
            goal.optimization_type,
            lambda more: trend.reaches(goal, more),
            self._policy,
        )
        return Advice(
            optimization_type=goal.optimization_type,
            status=found.status,
            currency=self._policy.rates.base,
            as_of=now,
            budget=found.budget,
            unspent=found.unspent,
            channels=list(found.channels),
            effect=found.effect,
            probability_of_loss=found.probability_of_loss,
            binding=found.binding,
            outlook=trend.outlook(goal, found.mean, found.deviation),
            payback_months=found.payback_months,
            missing=list(found.missing),
            backtest=backtest(found.usable, self._policy.allocation, last),
            assumptions=list(_ASSUMPTIONS),
        )

    def _histories(self, goal: Goal, last: date) -> list[Spending]:
        spent, won = self._sums.rows(SPEND), self._sums.rows("channel")
        return histories(goal.channels, spent, won, self._policy.rates, last.toordinal())
