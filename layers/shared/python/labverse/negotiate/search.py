"""Best-first search over a finite set whose scores are maxima of means under beliefs.

Every score here is combine(l_1 .. l_n) with combine rising in each l_i(x) = max over q in Q of
E_q[(base_i - g_i(x)) / scale_i]. Any q in Q bounds l_i from below, at the price of one mean per
outcome. So: bound all by the plain mean, look exactly at the most promising few, take the beliefs
that are worst When nothing is left open the result is exact: the rest is bounded away.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from labverse.negotiate.arrays import Bools, Floats, Ints
from labverse.negotiate.risk import Risk
from labverse.negotiate.space import Space

_FIRST_BATCH = 64
_HELD = 2_000_000  # numbers of exact gains held at a time
TIE = 1e-10  # scores nearer than this, relative to 1 + |score|, are the same


class Zone:
    """Candidate outcomes and the bounds that every search has learnt about their values V."""

    def __init__(self, space: Space, risk: Risk, index: Ints, means: Floats) -> None:
        self.space, self.risk, self.index, self.means = space, risk, index, means
        self.upper = means.copy()
        """(n, K): V_i is at most this."""

    def values(self, places: Ints) -> Floats:
        """(n, k): V of the outcomes at these places of the zone, in pieces that fit in memory."""
        found = np.empty((self.space.agents, places.size))
        for start in range(0, places.size, self.batch):
            part = places[start : start + self.batch]
            found[:, start : start + part.size] = self.risk.value(
                self.space.gains(self.index[part])
            )
        return found

    @property
    def batch(self) -> int:
        """How many outcomes may be looked at exactly at a time."""
        return max(1, _HELD // (self.space.agents * self.space.scenarios))


Combine = Callable[[Floats], Floats]
"""(n, k) → (k,), not falling in any row."""


@dataclass(frozen=True, eq=False)
class Score:
    """What is minimised. `base` (n, S) and `scale` (n,) as in the module's formula."""

    base: Floats
    scale: Floats
    combine: Combine


@dataclass(frozen=True, eq=False)
class Found:
    """The outcomes whose score is the least, within TIE."""

    places: Ints
    losses: Floats
    """(n, k)."""
    values: Floats
    """(n, k): V."""
    score: float
    looked_at: int


Accept = Callable[[np.int64, Floats], bool]
"""Whether an outcome (its index, and V of all agents) may be chosen."""


def minimise(zone: Zone, score: Score, floor: Floats, accept: Accept | None = None) -> Found | None:
    """The best of the zone with V_i >= floor_i for all i and accepted; None when there is none."""
    return _Search(zone, score, floor, accept).run()


class _Search:
    def __init__(self, zone: Zone, score: Score, floor: Floats, accept: Accept | None) -> None:
        self.zone, self.score, self.floor, self.accept = zone, score, floor, accept
        inside = (zone.upper >= floor[:, None]).all(axis=0)
        self.live = np.flatnonzero(inside)
        means = zone.means if inside.all() else zone.means[:, self.live]
        self.bounds = self._bound(means, zone.risk.probabilities)
        self.scores = score.combine(self.bounds)
        self.kept: list[tuple[Ints, Floats, Floats, Floats]] = []
        self.best, self.looked_at = np.inf, 0

    def run(self) -> Found | None:
        size = max(1, min(_FIRST_BATCH, self.zone.batch // 32))
        while open_ := int(np.count_nonzero(self.scores <= self._limit())):
            best, outside = self._look(min(size, open_))
            self._drop(self.scores <= self._limit())
            if self.live.size and self.zone.risk.aversion > 0:
                self._cut(best, outside)
            size = min(size * 2, self.zone.batch)
        return self._found() if self.kept else None

    def _limit(self) -> float:
        return self.best + TIE * (1 + abs(self.best)) if self.kept else np.inf

    def _drop(self, keep: Bools) -> None:
        self.live, self.scores = self.live[keep], self.scores[keep]
        self.bounds = self.bounds[:, keep]

    def _look(self, size: int) -> tuple[Floats, Floats | None]:
        """Exactly at the `size` most promising: the gains of the first, and of one outside."""
        most = np.arange(self.live.size)
        if size < most.size:
            most = np.argpartition(self.scores, size - 1)[:size]
        most = most[np.argsort(self.scores[most], kind="stable")]
        places = self.live[most]
        self.scores[most] = np.nan  # not open any more: nan is below no limit
        gains = self.zone.space.gains(self.zone.index[places])
        values = self.zone.risk.value(gains)
        self.zone.upper[:, places] = values
        self.looked_at += places.size
        inside = (values >= self.floor[:, None]).all(axis=0)
        if inside.any():
            self._keep(places[inside], gains[:, inside], values[:, inside])
        outside = np.flatnonzero(~inside)
        return gains[:, 0], gains[:, outside[0]] if outside.size else None

    def _keep(self, places: Ints, gains: Floats, values: Floats) -> None:
        scale = self.score.scale[:, None, None]
        losses = self.zone.risk.loss((self.score.base[:, None, :] - gains) / scale)
        scores = self.score.combine(losses)
        if self.accept is None:
            chosen = np.flatnonzero(scores <= self._limit())
            self.best = min(self.best, float(scores.min()))
        else:
            chosen = self._accepted(places, values, scores)
        if chosen.size:
            part = losses[:, chosen], values[:, chosen], scores[chosen]
            self.kept.append((places[chosen], *part))

    def _accepted(self, places: Ints, values: Floats, scores: Floats) -> Ints:
        """Asked in the order of their scores, and no further than one that is worse than found."""
        chosen: list[int] = []
        best = self.best
        for place in np.argsort(scores, kind="stable"):
            if scores[place] > best + TIE * (1 + abs(best)):
                break
            if self.accept is None or self.accept(self.zone.index[places[place]], values[:, place]):
                best = min(best, float(scores[place]))
                chosen.append(int(place))
        self.best = best
        return np.array(chosen, dtype=np.int64)

    def _cut(self, gains: Floats, outside: Floats | None) -> None:
        """New bounds from the beliefs that are worst at one outcome, in score and in value."""
        belief = self.zone.risk.worst_belief(self.score.base - gains)
        means = self.zone.space.means(self.zone.index[self.live], belief)
        below = self._below(means)
        np.maximum(self.bounds, self._bound(means, belief), out=self.bounds)
        self.scores = self.score.combine(self.bounds)
        if outside is not None:
            belief = self.zone.risk.worst_belief(-outside)
            means = self.zone.space.means(self.zone.index[self.live], belief)
            np.logical_or(below, self._below(means), out=below)
        self.scores[below] = np.nan

    def _bound(self, means: Floats, belief: Floats) -> Floats:
        bounds: Floats = (self.score.base * belief).sum(axis=1)[:, None] - means
        bounds /= self.score.scale[:, None]
        return bounds

    def _below(self, means: Floats) -> Bools:
        """Which of the live are out, as V is at most these means; later searches know it too."""
        if self.live.size == self.zone.index.size:
            np.minimum(self.zone.upper, means, out=self.zone.upper)
        below: Bools = np.any(means < self.floor[:, None], axis=0)
        if self.live.size < self.zone.index.size:
            out = self.live[below]
            self.zone.upper[:, out] = np.minimum(self.zone.upper[:, out], means[:, below])
        return below

    def _found(self) -> Found:
        places, losses, values, scores = (
            np.concatenate(part, axis=-1) for part in zip(*self.kept, strict=True)
        )
        best = scores <= self._limit()
        return Found(places[best], losses[:, best], values[:, best], self.best, self.looked_at)
