"""Where MRR goes from here: as it went of late, with or without a change of what is won."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import NormalDist, fmean, pvariance

from labverse.revenue.advice import Goal, Outlook
from labverse.revenue.figures import Series

_RECENT = 90
_INTERVAL = 0.9
_REACH = NormalDist().inv_cdf(0.5 + _INTERVAL / 2)


@dataclass(frozen=True)
class Trend:
    """MRR at the end of a day, and by how much it changed a day before that."""

    mrr: float = 0.0
    step: float = 0.0
    variance: float = 0.0
    """Of the change of one day."""
    days: int = _RECENT
    """That the step is a mean of."""

    @classmethod
    def of(cls, total: Series | None, last: date) -> "Trend":
        """Of at most the 90 days up to `last`; nothing where there is no ledger."""
        if total is None or last < total.first:
            return cls()
        days = min(_RECENT, (last - total.first).days + 1)
        end = last.toordinal()
        levels = [float(total.on(date.fromordinal(day)).mrr) for day in range(end - days, end + 1)]
        steps = [after - before for before, after in pairwise(levels)]
        return cls(levels[-1], fmean(steps), pvariance(steps), days)

    def reaches(self, goal: Goal, more: float) -> bool:
        """Whether the target is expected to be reached with so much more new MRR a day."""
        return self.mrr + goal.days * (self.step + more) >= goal.target_mrr

    def outlook(self, goal: Goal, more: float, deviation: float) -> Outlook:
        """With so much more new MRR a day, known to within `deviation`.

        Days differ by chance, and the mean of 90 of them is not known better than they are.
        """
        expected = self.mrr + goal.days * (self.step + more)
        chance = self.variance * goal.days * (1 + goal.days / self.days)
        reach = _REACH * (chance + (goal.days * deviation) ** 2) ** 0.5
        return Outlook(
            target_mrr=goal.target_mrr,
            mrr=self.mrr,
            days=goal.days,
            without=self.mrr + goal.days * self.step,
            expected=expected,
            low=expected - reach,
            high=expected + reach,
            reached=self.reaches(goal, more),
        )
