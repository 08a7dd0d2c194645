"""Two clocks: the SLA splits the time between candidates, the hard deadline ends the request."""

from collections.abc import Sequence
from dataclasses import dataclass

from labverse.route.choice import LOCAL
from labverse.route.ranking import Group, Ranked

# Beyond what 99 of 100 calls take, and a little, an answer is not worth waiting for.
_LONGEST, _LITTLE = 0.99, 1.25
# What a candidate surely needs, and the time that "p95" is about.
_NEED, _P95, _HALF = 0.9, 0.95, 0.5


@dataclass(frozen=True)
class Turn:
    """How long an attempt may take, in seconds.

    `beside`: after so long without an answer the next candidate is asked as well, and the first
    usable answer is taken; None: the attempt ends before the next one begins.
    """

    seconds: float
    beside: float | None = None


@dataclass(frozen=True)
class Clocks:
    """What is left of both, in seconds, and the `least` an attempt inside the SLA is given.

    `sla` may be negative, once it is missed. `output`: tokens that may be written.
    """

    sla: float
    hard: float
    least: float
    output: int
    hedge: bool = True

    def turn(self, one: Ranked, others: Sequence[Ranked]) -> Turn:
        """The time of `one`, with `others` still to be tried if it fails.

        While another one could meet the SLA, each gets an equal share of it; one whose times are
        known gets as much as it needs, and what the other one needs is kept. After that nobody is
        cut off for the SLA's sake: what is left until the hard deadline is shared.
        """
        hopeful = [other for other in others if self._may_meet(other)]
        fit = int(self.sla / self.least) if self.sla > 0 else 0
        tries = min(len(hopeful) + self._may_meet(one), fit)
        if tries <= 1 or not hopeful:
            return self._last(one, others)
        equal = self.sla / tries
        longest = one.known.latency.quantile(_LONGEST)
        if not one.measured or longest is None:
            return Turn(min(equal, self.hard))
        kept = self.sla - max(self.least, min(map(self._need, hopeful)))
        cut = min(max(equal, kept), max(equal, longest * _LITTLE), self.hard)
        if self._late(one, cut):
            return Turn(self.hard, beside=cut)
        return Turn(cut)

    def _last(self, one: Ranked, others: Sequence[Ranked]) -> Turn:
        """No other one is sure to be in time; one that may be is asked beside a slow one."""
        if self._late(one, self.sla) and others:
            usual = one.known.latency.quantile(_HALF)
            need = others[0].known.latency.quantile(_HALF) if others[0].measured else None
            if usual is not None and need is not None and need < self.sla:
                return Turn(self.hard, beside=min(usual, self.sla - need))
        share = self.hard / (1 + len(others))
        longest = one.known.latency.quantile(_LONGEST) if one.measured else None
        if longest is None or not others:
            return Turn(share)
        # Late it may be, but not later than it ever is: something is wrong with it then.
        return Turn(min(share, max(self.sla, longest * _LITTLE, self.least)))

    def _may_meet(self, one: Ranked) -> bool:
        """A local model is slow: it counts only if it surely writes the answer in time."""
        if one.candidate.provider == LOCAL:
            return self.output <= one.candidate.tokens_per_second * self.sla
        return one.group != Group.SLOW

    def _need(self, one: Ranked) -> float:
        known = one.known.latency.quantile(_NEED) if one.measured else None
        return self.least if known is None else known

    def _late(self, one: Ranked, seconds: float) -> bool:
        """Whether its p95 is beyond that."""
        if not self.hedge or not one.measured or one.candidate.price is None:
            return False
        p95 = one.known.latency.quantile(_P95)
        return p95 is not None and p95 > seconds > 0
