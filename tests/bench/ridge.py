"""Least squares drawn towards a prior, each weight on its side of zero: a few cues, no packages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

Matrix = list[list[float]]


@dataclass(frozen=True)
class Sums:
    """Weighted sums of products of (1, cues..., target), which add up over groups of rows."""

    products: Matrix

    @classmethod
    def of(cls, rows: Sequence[Sequence[float]], weight: float) -> "Sums":
        wide = [(1.0, *row) for row in rows]
        span = range(len(wide[0]))
        return cls([[weight * sum(row[i] * row[j] for row in wide) for j in span] for i in span])

    @classmethod
    def total(cls, parts: Sequence["Sums"]) -> "Sums":
        span = range(len(parts[0].products))
        return cls([[sum(part.products[i][j] for part in parts) for j in span] for i in span])

    def mean(self, i: int) -> float:
        return self.products[0][i] / self.products[0][0]

    def covariance(self, i: int, j: int) -> float:
        return self.products[i][j] / self.products[0][0] - self.mean(i) * self.mean(j)


@dataclass(frozen=True)
class Prior:
    """What is believed before the data: `pull` as a share of its weight, centres, and signs."""

    pull: float
    centres: Mapping[str, float]
    signs: Mapping[str, int]


@dataclass(frozen=True)
class Fit:
    """`weights` per unit of each cue; `spread` is the deviation of what they predict."""

    weights: dict[str, float]
    centre: float
    spread: float

    def __call__(self, cues: Mapping[str, float]) -> float:
        """In spreads above the mean."""
        value = sum(weight * cues[name] for name, weight in self.weights.items())
        return (value - self.centre) / self.spread


def fit(names: Sequence[str], sums: Sums, prior: Prior) -> Fit:
    """Coordinate descent in units of each cue's deviation, where the problem is convex."""
    span, target = range(len(names)), len(names) + 1
    scale = [sqrt(max(sums.covariance(i + 1, i + 1), 1e-12)) for i in span]
    slopes = [sums.covariance(i + 1, target) / scale[i] for i in span]
    alike = [[sums.covariance(i + 1, j + 1) / scale[i] / scale[j] for j in span] for i in span]
    found = [0.0] * len(names)
    for _ in range(300):
        for i, name in enumerate(names):
            others = sum(alike[i][j] * found[j] for j in span if j != i)
            drawn = prior.pull * prior.centres.get(name, 0.0)
            best = (slopes[i] - others + drawn) / (alike[i][i] + prior.pull)
            found[i] = _on_side(best, prior.signs.get(name, 0))
    variance = sum(found[i] * alike[i][j] * found[j] for i in span for j in span)
    weights = {name: found[i] / scale[i] for i, name in enumerate(names)}
    centre = sum(weights[name] * sums.mean(i + 1) for i, name in enumerate(names))
    return Fit(weights, centre, sqrt(variance))


def _on_side(value: float, sign: int) -> float:
    return value if sign == 0 or value * sign > 0 else 0.0
