"""Budgets by what the next dollar returns, moved only as far as the data bear it out.

Averages mislead: a channel with the best revenue per dollar may be saturated. A response curve is
fitted to each channel with its uncertainty; the plan is the split with the largest expected gain
among those that gain with the certainty asked for, within a trust region around today's split.
What it knows nothing of: effects of one channel on another, effects that outlast their period, and
seasons that moved spend and revenue together.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from labverse.kernel.errors import FieldError, InvalidInput
from labverse.revenue.arrays import Floats
from labverse.revenue.config import AllocationLimits
from labverse.revenue.moves import STEPS, Choice, Decision, supported
from labverse.revenue.plan import Binding, ChannelPlan, Missing, Plan, Status
from labverse.revenue.response import Response, fit
from labverse.revenue.spending import Spending, read

if TYPE_CHECKING:
    from pandas import DataFrame

_RECENT = 90  # periods whose mean is called current
INTERVAL = 0.9
_DEFAULT = AllocationLimits()


def allocate(spend_history: DataFrame, budget: float, limits: AllocationLimits = _DEFAULT) -> Plan:
    """The split of `budget`, which is per period of the history, in the history's currency.

    `spend_history`: DataFrame[date, channel, spend, revenue]. A channel whose data is too thin
    keeps its share and is listed under `missing` with what it lacks; with fewer than two others
    the status is `too_thin` and nothing moves. Raises InvalidInput, naming what is wrong.
    """
    _check(budget)
    return Fitted.of(read(spend_history), limits).plan(budget)


@dataclass(frozen=True)
class Fitted:
    """Channels with their curves: fitted once, asked about as many budgets as one likes."""

    channels: list[Spending]
    responses: list[Response | None]
    """None where data is too thin."""
    missing: tuple[Missing, ...]
    limits: AllocationLimits

    @classmethod
    def of(cls, channels: list[Spending], limits: AllocationLimits) -> Fitted:
        """Curves of those channels that have the data for one."""
        missing = tuple(gap for one in channels for gap in one.missing(limits))
        thin = {gap.channel for gap in missing}
        responses = [
            None if one.channel in thin else fit(one.spend, one.revenue) for one in channels
        ]
        return cls(channels, responses, missing, limits)

    @property
    def current(self) -> Floats:
        """What each channel gets per period today."""
        return np.array([one.spend[-_RECENT:].mean() for one in self.channels])

    def plan(self, budget: float) -> Plan:
        """The best split of `budget` that the data bear out. Raises InvalidInput."""
        current = self.current
        if not current.sum() > 0:
            raise _invalid("spend_history.spend", f"nothing spent in the last {_RECENT} periods")
        placed = min(float(budget), self.limits.total * float(current.sum()))
        mix = current / current.sum() * placed
        return _plan(self, _Position(self.channels, current, mix, float(budget), placed / STEPS))


@dataclass(frozen=True)
class _Position:
    """Where the money is today, and where it would be if the budget were split alike."""

    channels: list[Spending]
    current: Floats
    mix: Floats
    budget: float
    step: float


def _plan(fitted: Fitted, position: _Position) -> Plan:
    responses, limits = fitted.responses, fitted.limits
    choices = [
        Choice.none(at) if response is None else Choice.of(response, at, position.step, limits)
        for response, at in zip(responses, position.mix.tolist(), strict=True)
    ]
    decision = supported(choices, limits.certainty)
    low, high = decision.interval(INTERVAL)
    status = _status(responses, decision)
    unspent = position.budget - float(position.mix.sum())
    return Plan(
        status=status,
        budget=position.budget,
        unspent=max(unspent, 0.0),
        channels=_channels(position, responses, decision),
        effect=decision.mean,
        low=low,
        high=high,
        probability_of_loss=decision.probability_of_loss,
        binding=_binding(status, decision, choices, unspent > position.step),
        missing=fitted.missing,
    )


def _status(responses: list[Response | None], decision: Decision) -> Status:
    if sum(one is not None for one in responses) < 2:
        return "too_thin"
    return "move" if any(decision.moves) else "hold"


def _binding(status: Status, decision: Decision, choices: list[Choice], left: bool) -> Binding:
    if status == "too_thin":
        return "data"
    if decision.cautious:
        return "evidence"
    edges = (one.at_edge(move) for one, move in zip(choices, decision.moves, strict=True))
    return "trust_region" if left or any(edges) else "budget"


def _channels(
    position: _Position, responses: list[Response | None], decision: Decision
) -> tuple[ChannelPlan, ...]:
    """The split, summing to what is placed."""
    plans = []
    for index, (one, response) in enumerate(zip(position.channels, responses, strict=True)):
        before = float(position.mix[index])
        after = max(before + decision.moves[index] * position.step, 0.0)
        plans.append(
            ChannelPlan(
                channel=one.channel,
                current=float(position.current[index]),
                same_mix=before,
                recommended=after,
                marginal_before=_marginal(response, before, position.step),
                marginal_after=_marginal(response, after, position.step),
            )
        )
    return tuple(plans)


def _marginal(response: Response | None, at: float, step: float) -> float | None:
    """What one more unit of money returns there, on average over the next step."""
    if response is None:
        return None
    return float(response.change(at, np.array([at + step]))[0][0]) / step


def _check(budget: float) -> None:
    if isinstance(budget, bool) or not isinstance(budget, int | float | np.number):
        raise _invalid("budget", "must be a number")
    if not (isfinite(budget) and budget > 0):
        raise _invalid("budget", "must be above 0 and finite")


def _invalid(field: str, message: str) -> InvalidInput:
    return InvalidInput("cannot allocate", [FieldError(field=field, message=message)])
