"""Branch and bound over boxes of outcomes.

A box allows some values of each issue. The duals of its linear program bound every outcome in it
(Geoffrion 1974, "Lagrangean relaxation for integer programming"), drop values that no good outcome
has, and tell how many outcomes can still be as good as the best found: few are looked at one by
one, else the box is divided by the issue whose values the program mixes most. The work is counted,
not timed, so that equal inputs give equal answers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np

from labverse.negotiate.arrays import Bools, Floats, Ints
from labverse.negotiate.cuts import Cuts
from labverse.negotiate.labels import reaching, upper_count
from labverse.negotiate.relaxation import Relaxed

BOXES = 1_500
"""The most boxes that are opened for a choice."""
BESIDE = 200
"""The most for what is told beside it."""
LEAF = 200_000
"""So few outcomes are sooner looked at than divided."""
_ROUNDS = 6
_MANY = 256  # outcomes are first looked at by the rows there are
_BEAMS = (64, 1024)
Judge = Callable[[Ints], Floats]
"""(L, m) → (L,): the exact scores of outcomes, infinite where one is not allowed."""


@dataclass(frozen=True, eq=False)
class Told:
    """What the duals of a program say: rows @ x >= least - steps * limit if x scores <= limit."""

    rows: Floats
    """(R, columns), the most telling first."""
    least: Floats
    steps: Floats
    own: tuple[tuple[int, Floats, Floats], ...]
    """Agents with rows (R, columns) and (R,): his loss is at least the latter less rows @ x."""

    def at(self, limit: float) -> Floats:
        """(R,): the right-hand sides for scores up to `limit`."""
        if np.isfinite(limit):
            return np.asarray(self.least - self.steps * limit)
        return np.where(self.steps > 0, -np.inf, self.least)

    def losses(self, agents: int, columns: Ints) -> Floats:
        """(n, L): what the losses of outcomes, as columns (L, m), are not below."""
        found = np.full((agents, len(columns)), -np.inf)
        for agent, rows, least in self.own:
            for row, by in zip(rows, least, strict=True):
                np.maximum(found[agent], by - row[columns].sum(axis=1), out=found[agent])
        return found


def told(cuts: Cuts, solved: Relaxed) -> Told:
    """All rows together by their duals, each agent's own together, those that bind, the pure."""
    rows, dual = cuts.program.rows, solved.dual
    matrix, least = np.stack([row.outcome for row in rows]), np.array([row.least for row in rows])
    lines, own = [(dual @ matrix, float(dual @ least), 1.0)], []
    for agent, share in cuts.shares(dual):
        binding = np.flatnonzero(share)
        own.append((agent, matrix[binding], least[binding]))
        if cuts.aim.kind == "max":
            step = 1 / float(cuts.aim.weights[agent])
            lines.append((share @ matrix, float(share @ least), step))
            lines += [(matrix[place], float(least[place]), step) for place in binding]
    lines += [(row.outcome, row.least, 0.0) for row in rows if not row.extra.any()]
    parts = [np.array(part) for part in zip(*lines, strict=True)]
    return Told(parts[0], parts[1], parts[2], tuple(own))


class Branching:
    """One search. `limit` turns the best score so far into the largest that is of interest."""

    def __init__(self, cuts: Cuts, judge: Judge, limit: Callable[[float], float]) -> None:
        self.cuts, self._judge, self._limit_of = cuts, judge, limit
        self.best, self.boxes, self.work = np.inf, 0, BOXES
        self.at: Ints | None = None
        """(1, m): the best so far."""
        self._kept: list[tuple[Ints, Floats]] = []
        self._heap: list[tuple[float, int, Bools]] = []
        self._starts, self._made = cuts.program.starts, 0

    @property
    def _limit(self) -> float:
        return self._limit_of(self.best)

    def start(self, known: Ints | None = None) -> bool:
        """Opens the whole space, once; whether something is left to be looked at."""
        if known is not None:
            self._look(known)
        if not self._made:
            self._made = 1
            self._divide(np.ones(sum(self.cuts.columns.sizes), dtype=np.bool_), -np.inf)
        return bool(self._heap)

    def run(self, enough: float = -np.inf) -> float | None:
        """Until nothing of interest is left (None), a score is `enough`, or the work is done.

        Otherwise what no outcome's score is below.
        """
        self.start()
        while self._heap and self.best > enough:
            bound, _, box = heappop(self._heap)
            if bound > self._limit:
                break
            if self.boxes >= self.work:
                return bound
            self._divide(box, bound)
        return None

    def outcomes(self) -> Ints:
        """Those of interest, each once, in C order."""
        none = np.zeros((0, len(self.cuts.columns.sizes)), dtype=np.int64)
        parts = [outcomes[scores <= self._limit] for outcomes, scores in self._kept]
        return np.unique(np.concatenate([none, *parts]), axis=0)

    def _look(self, outcomes: Ints) -> None:
        if not len(outcomes):
            return
        scores = self._judge(outcomes)
        if scores.min() < self.best:
            self.best, self.at = float(scores.min()), outcomes[scores.argmin()][None]
        good = scores <= self._limit
        self._kept.append((outcomes[good], scores[good]))

    def _divide(self, box: Bools, bound: float) -> None:
        """Looks at the box if it holds little of interest, else puts its parts on the heap."""
        self.boxes += 1
        self.cuts.program.allow(box)
        solved = self.cuts.relax(self._limit, None if self.boxes == 1 else _ROUNDS)
        if solved is None:
            return
        known = told(self.cuts, solved)
        self.cuts.trim(solved.dual)
        for cap in _BEAMS if self.boxes == 1 else _BEAMS[:1]:
            self._try(known, box, cap, beam=True)
        lower = self._bounds(known, box)
        box = box & (lower <= self._limit)
        if self._parts(box).all() and not (self._few(known, box) and self._try(known, box, LEAF)):
            self._split(box, solved, np.maximum(lower, bound))

    def _bounds(self, known: Told, box: Bools) -> Floats:
        """(columns,): what no outcome of the box with that value scores below."""
        first = np.where(box, known.rows[0], -np.inf)
        tops = np.maximum.reduceat(first, self._starts)
        lower: Floats = np.repeat(tops, self.cuts.columns.sizes) - first
        return lower + float(known.least[0] - tops.sum())

    def _parts(self, box: Bools) -> Ints:
        """(m,): how many values of each issue the box allows."""
        return np.asarray(np.add.reduceat(box.astype(np.int64), self._starts))

    def _few(self, known: Told, box: Bools) -> bool:
        parts = self._parts(box)
        if parts.astype(np.float64).prod() <= LEAF:
            return True
        least = float(known.at(self._limit)[0])
        return upper_count(known.rows[0][box], least, tuple(parts.tolist())) <= LEAF

    def _try(self, known: Told, box: Bools, cap: int, beam: bool = False) -> bool:
        """Looks at what the conditions leave of the box; False when that is more than `cap`."""
        parts = self._parts(box)
        least = known.at(self._limit)
        left = reaching(known.rows[:, box], least, tuple(parts.tolist()), cap, beam)
        if left is not None:
            columns = np.flatnonzero(box)[left + (np.cumsum(parts) - parts)]
            if len(columns) > _MANY:
                losses = known.losses(self.cuts.columns.agents, columns)
                columns = columns[self.cuts.aim.score(losses) <= self._limit]
            self._look(columns - self._starts)
        return left is not None

    def _split(self, box: Bools, solved: Relaxed, lower: Floats) -> None:
        """By each value of the issue whose values are mixed most, in gains."""
        mixed = np.where(self._parts(box) > 1, self.cuts.mixing(solved.outcome), -1.0)
        issue = int(mixed.argmax())
        start = int(self._starts[issue])
        inside = slice(start, start + self.cuts.columns.sizes[issue])
        for column in (start + np.flatnonzero(box[inside])).tolist():
            part = box.copy()
            part[inside] = False
            part[column] = True
            self._made += 1
            heappush(self._heap, (float(lower[column]), self._made, part))
