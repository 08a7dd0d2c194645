"""Cutting planes over one-hot columns: the same scores as labverse.negotiate.search, any size.

Every l_i(x) = max over q in Q of E_q[(base_i - g_i(x)) / scale_i] is the top of linear rows. First
the linear program is cut until it is exact for its own, fractional solution (Kelley 1960). Its
duals then give one more row, which no outcome meets that is worse than the best found, and the few
that meet it are enumerated (labverse.negotiate.labels), so that ties are seen as well. Where they
are too many, HiGHS branches on the same rows.
"""

from dataclasses import dataclass

import numpy as np

from labverse.negotiate.additive import CAP
from labverse.negotiate.arrays import Floats, Ints
from labverse.negotiate.cuts import NEAR, Cuts
from labverse.negotiate.labels import reaching
from labverse.negotiate.relaxation import Relaxed

_WHOLE_ROUNDS = 25
_BEAMS = (64, 1024)
MARGIN = 1e-6
"""The duals of a linear program hold within 1e-7; bounds are taken this much wider."""


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

    def within(self, solved: Relaxed, limit: float, cap: int, beam: bool = False) -> Ints | None:
        """The outcomes whose score the duals do not rule out to be `limit` or less."""
        rows = self.program.rows
        told = solved.dual @ np.stack([row.outcome for row in rows])
        price = float(solved.dual @ np.array([row.least for row in rows]))
        pure = [row for row in rows if not row.extra.any()]
        conditions = np.stack([told, *(row.outcome for row in pure)])
        least = np.array([price - limit, *(row.least for row in pure)])
        return reaching(conditions, least, self.columns.sizes, cap, beam)

    def solve(self, widen: float = 0.0) -> Candidates | None:
        """The outcomes of the least score (and up to `widen` more of it); None: there is none."""
        solved = self.relax()
        if solved is None:
            return None
        kept, best = self._beams(solved)
        if kept is not None:
            limit = best + (MARGIN + widen) * (1 + abs(best))
            found = self.within(solved, limit, CAP)
            if found is not None:
                looked = self.look(found)
                bound = float(looked[2].min(initial=best))
                return Candidates(found, *looked, bound=bound, limit=limit)
        return self._branch(kept, best)

    def _beams(self, solved: Relaxed) -> tuple[Ints | None, float]:
        """A good outcome (1, m) and its score, without proof."""
        kept, best = None, np.inf
        for cap in _BEAMS:
            tried = self.within(solved, np.inf, cap, beam=True)
            if tried is not None and len(tried):
                scores = self.look(tried)[2]
                if scores.min() < best:
                    kept, best = tried[scores.argmin()][None], float(scores.min())
        return kept, best

    def _branch(self, kept: Ints | None, best: float) -> Candidates | None:
        """HiGHS on the rows there are, and more rows, until its bound meets the best found."""
        bound = -np.inf
        for _ in range(_WHOLE_ROUNDS):
            whole = self.program.whole()
            if whole is None:
                break
            bound = max(bound, whole.bound)
            outcome = whole.outcome[None]
            score = float(self.look(outcome)[2][0])
            if score < best:
                kept, best = outcome, score
            closed = best - bound <= NEAR * (1 + abs(best))
            if closed or not whole.proven or not self._refine_at(outcome, whole.extra):
                break
        if kept is None:
            return None
        return Candidates(kept, *self.look(kept), bound=bound, limit=-np.inf)

    def _refine_at(self, outcome: Ints, extra: Floats) -> bool:
        weights = np.zeros(sum(self.columns.sizes))
        weights[outcome[0] + self.columns.starts] = 1
        return self._refine(Relaxed(weights, extra, np.zeros(0), 0.0))
