"""What counts and sums tell of the future, and how surely."""

from dataclasses import dataclass
from math import sqrt

CONFIDENCE_PERCENT = 95
"""Of every interval and bound here."""
# Quantiles of the normal distribution: two-sided and one-sided.
_BOTH, _ONE = 1.959964, 1.644854


@dataclass(frozen=True)
class Sums:
    """Pairs (x, y) of whole numbers, as their count, sums, squares and products."""

    count: int
    x: int
    y: int
    xx: int
    yy: int
    xy: int


@dataclass(frozen=True)
class Estimate:
    """A value, and how far from it the truth may be."""

    value: float
    half: float


def least_difference(old: tuple[int, int], new: tuple[int, int]) -> float:
    """The one-sided lower bound of how much likelier `new` succeeds than `old`.

    Each is (successes, trials), with at least one trial. Newcombe's hybrid of two score intervals
    (Statistics in Medicine 17, 1998, method 10), which holds near 0 and 1 as well.
    """
    likely_old, likely_new = old[0] / old[1], new[0] / new[1]
    _, high_old = _score(*old)
    low_new, _ = _score(*new)
    return (
        likely_new - likely_old - sqrt((likely_new - low_new) ** 2 + (high_old - likely_old) ** 2)
    )


def _score(hits: int, of: int) -> tuple[float, float]:
    """Wilson's score interval; each end on its own is a one-sided bound."""
    square = _ONE**2
    middle = (hits + square / 2) / (of + square)
    half = _ONE / (of + square) * sqrt(hits * (of - hits) / of + square / 4)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def total(known: Sums, count: int, x: int) -> Estimate:
    """The sum of y over `count` new pairs whose x add up to `x`; `known.count` is at least 3.

    The prediction interval of a least-squares line for a mean of new observations (Draper and
    Smith, Applied Regression Analysis, section 3.2), times their number: y depends on x as it did,
    and spreads about the line as it did. With all x equal the line is the mean.
    """
    n = known.count
    # In whole numbers until here: the differences of large sums would lose their digits.
    sxx = max(n * known.xx - known.x**2, 0) / n
    sxy = (n * known.xy - known.x * known.y) / n
    syy = (n * known.yy - known.y**2) / n
    slope = sxy / sxx if sxx else 0.0
    away = x / count - known.x / n
    spread = sqrt(max(syy - slope * sxy, 0.0) / (n - 2))
    doubt = 1 / count + 1 / n + (away**2 / sxx if sxx else 0.0)
    mean = known.y / n + slope * away
    return Estimate(count * mean, count * _student(n - 2) * spread * sqrt(doubt))


def _student(freedom: int) -> float:
    """Student's two-sided quantile, by its expansion (Abramowitz and Stegun 26.7.5)."""
    z = _BOTH
    first, second = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96
    return z + first / freedom + second / freedom**2
