"""A price test that may be looked at every day and stopped at any look.

An interval that holds at all looks at once replaces the fixed-horizon test, whose false alarms
climb to 30 % when it is looked at daily. Shares of customers that differ from the plan void a test:
they mean that assignment or logging depends on the arm.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

from labverse.kernel.errors import InvalidInput
from labverse.upsell.sequential import bound, ratio_p

State = Literal["running", "better", "worse", "mismatch"]
_ENOUGH = 50
"""Observations of an arm before its mean may be taken for normal."""
_MISMATCH = 0.01
"""Over all looks together, as the p-value is always valid."""


@dataclass(frozen=True)
class Verdict:
    """What may be said at this look. Effects are differences of means, arm less control."""

    state: State
    """`better` and `worse` are about `arm` against the control; `mismatch` overrides both."""
    effect: float
    low: float
    high: float
    srm_p: float
    """Always valid too: the probability of such shares, if assignment is as planned."""
    arm: str


@dataclass(frozen=True)
class _Sums:
    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    @property
    def mean(self) -> float:
        return self.total / self.n

    @property
    def error(self) -> float:
        """Variance of the mean."""
        return max(0.0, self.squares - self.n * self.mean**2) / (self.n - 1) / self.n


class Test:
    """Sums by arm. The first arm is the control; `arms` may map each to its planned share.

    `n_star`: customers over all arms that the test is planned for, where it has most power.
    `alpha`: the probability that any look of the whole test finds a difference without one.
    """

    __test__ = False  # not one of pytest's

    def __init__(
        self, arms: Sequence[str] | Mapping[str, float], n_star: float, alpha: float = 0.05
    ) -> None:
        """Raises InvalidInput for fewer than two arms, or shares or numbers out of range."""
        planned = dict(arms) if isinstance(arms, Mapping) else dict.fromkeys(arms, 1.0)
        if len(planned) < 2 or len(planned) != len(arms):
            raise InvalidInput("arms: a test needs two arms or more, each named once")
        if not all(math.isfinite(share) and share > 0 for share in planned.values()):
            raise InvalidInput("arms: shares must be positive")
        if not (math.isfinite(n_star) and n_star > 0 and 0 < alpha < 1):
            raise InvalidInput("n_star must be positive and alpha between 0 and 1")
        whole = sum(planned.values())
        self._shares = {arm: share / whole for arm, share in planned.items()}
        self._sums = dict.fromkeys(planned, _Sums())
        self._n_star, self._alpha = float(n_star), alpha

    def add(self, arm: str, n: int, total: float, total_squares: float) -> Self:
        """Add n customers of an arm: the sum of their values, and of the squares. Returns itself.

        A customer counts once, with all they brought; raises InvalidInput for impossible sums.
        """
        if arm not in self._sums:
            raise InvalidInput(f"arm: {arm!r} is not one of {list(self._sums)}")
        if n < 0 or not (math.isfinite(total) and math.isfinite(total_squares)):
            raise InvalidInput("n, total and total_squares must be finite, n not negative")
        if total**2 > n * total_squares * (1 + 1e-9):
            raise InvalidInput("total_squares: smaller than any n values of this total can have")
        old = self._sums[arm]
        self._sums[arm] = replace(
            old, n=old.n + n, total=old.total + total, squares=old.squares + total_squares
        )
        return self

    def verdict(self) -> Verdict:
        """What may be said now, of the arm that is furthest from the control.

        The interval is unbounded until both arms have 50 customers.
        """
        counts = [sums.n for sums in self._sums.values()]
        srm_p = ratio_p(counts, list(self._shares.values()))
        found = max((self._against(arm, srm_p) for arm in list(self._sums)[1:]), key=_distance)
        return replace(found, state="mismatch") if srm_p < _MISMATCH else found

    def _against(self, arm: str, srm_p: float) -> Verdict:
        control = next(iter(self._sums.values()))
        other = self._sums[arm]
        if min(control.n, other.n) < _ENOUGH:
            return Verdict("running", 0.0, -math.inf, math.inf, srm_p, arm)
        effect = other.mean - control.mean
        # Several arms share alpha: any of them being found wrongly is one false alarm.
        alpha = self._alpha / (len(self._sums) - 1)
        control_arm = next(iter(self._shares))
        plan = self._n_star * (self._shares[control_arm] + self._shares[arm])
        error = math.sqrt(control.error + other.error)
        width = error * bound(control.n + other.n, plan, alpha)
        low, high = effect - width, effect + width
        state: State = "better" if low > 0 else "worse" if high < 0 else "running"
        return Verdict(state, effect, low, high, srm_p, arm)


def _distance(verdict: Verdict) -> float:
    """By how much the interval is clear of 0; negative while it holds it."""
    return max(verdict.low, -verdict.high)
