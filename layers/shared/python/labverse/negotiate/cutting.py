"""Cutting planes over one-hot columns: the same scores as labverse.negotiate.search, any size.

Every l_i(x) = max over q in Q of E_q[(base_i - g_i(x)) / scale_i] is the top of linear rows. The
linear program is cut until it is exact for its own, fractional solution (Kelley 1960). Its duals
then leave few outcomes that can be as good as the best found, and those are enumerated, so that
ties are seen as well (labverse.negotiate.branching, which divides the space where they are many).
"""

from dataclasses import dataclass

import numpy as np

from labverse.negotiate.arrays import Floats, Ints
from labverse.negotiate.branching import BESIDE, BOXES, Branching
from labverse.negotiate.cuts import NEAR, Aim, Cuts

MARGIN = 1e-6
"""The duals of a linear program hold within 1e-7; bounds are taken this much wider."""
_ANY = 1e300


@dataclass(frozen=True, eq=False)
class Candidates:
    """Outcomes (L, m) with their losses and values (n, L), and what no outcome is below."""

    outcomes: Ints
    losses: Floats
    values: Floats
    scores: Floats
    bound: float
    limit: float
    """Every outcome whose score is at most this is among them; minus infinity: not known."""

    @property
    def complete(self) -> bool:
        """Whether nothing that could be better was left out."""
        return self.limit >= self.bound


class Cutting(Cuts):
    """One aim over one space, solved."""

    def look(self, outcomes: Ints) -> tuple[Floats, Floats, Floats]:
        """Losses and values (n, L), exactly, and scores: infinite for one that is not allowed."""
        risk, n = self.columns.risk, self.columns.agents
        losses, values = np.empty((n, len(outcomes))), np.empty((n, len(outcomes)))
        step = max(1, 2_000_000 // (n * self.columns.scenarios * len(self.columns.sizes)))
        for start in range(0, len(outcomes), step):
            part = slice(start, start + step)
            gains = self.columns.gains(outcomes[part])
            values[:, part] = risk.value(gains)
            shortfall = (self.aim.base[:, None] - gains) / self.aim.scale[:, None, None]
            losses[:, part] = risk.loss(shortfall)
        scores = self.aim.score(losses)
        if self.aim.floor is not None:
            scores[(values < self.aim.floor[:, None]).any(axis=0)] = np.inf
        return losses, values, scores

    def score(self, outcomes: Ints) -> Floats:
        """(L, m) → (L,)."""
        return self.look(outcomes)[2]

    def solve(self, widen: float = 0.0, known: Ints | None = None) -> Candidates | None:
        """The outcomes of the least score (and up to `widen` more of it); None: there is none.

        `known` (1, m) is an outcome that need not be searched for; what is only told beside the
        choice begins with the choice, and is worth less work.
        """

        def limit(best: float) -> float:
            return best + (MARGIN + widen) * (1 + abs(best)) if np.isfinite(best) else np.inf

        search = Branching(self, self.score, limit)
        search.work = BOXES if known is None else BESIDE
        left = search.start(known)
        if left and search.at is None:  # the beams found nothing that is allowed
            found, undecided = self._allowed()
            if found is None and not undecided:
                return None
            search.start(found)
        bound = search.run()
        if search.at is None and bound is None:
            return None
        outcomes = search.outcomes()
        looked = self.look(outcomes)
        least = float(looked[2].min(initial=np.inf))
        if bound is None:
            return Candidates(outcomes, *looked, bound=least, limit=limit(least))
        return Candidates(outcomes, *looked, bound=bound, limit=-np.inf)

    def _allowed(self) -> tuple[Ints | None, bool]:
        """An outcome with V >= floor (1, m), or None; and whether that is all we could tell.

        V is at most E, so that who minds the floor of V needs no other condition but the budget.
        """
        columns, n = self.columns, self.columns.agents
        nothing, one = np.zeros((n, columns.scenarios)), np.ones(n)
        aim = Aim(nothing, columns.unit, "max", one, None)
        search = Branching(Cutting(columns, aim), self.score, lambda _: NEAR)
        bound = search.run(enough=_ANY)
        return search.at, bound is not None
