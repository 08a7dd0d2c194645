"""The population stability index, without what chance alone adds to it."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labverse.kernel.errors import FieldError, InvalidInput
from labverse.stats.samples import Floats, sample

Counts = NDArray[np.int64]
# Jeffreys' prior: an empty bin is rare, not impossible, and its logarithm stays finite.
_PRIOR = 0.5
# Beyond so many standard deviations nothing of a hypergeometric law is left to add up.
_TAIL = 12.0


def psi(expected: ArrayLike, actual: ArrayLike, bins: int = 10) -> float:
    """How far `actual` has moved from `expected`; about 0 without drift, whatever n and `bins`.

    sum((p - q) ln(p / q)) over bins of equal count, minus its mean under the null hypothesis. The
    plain index grows with 1/n + 1/m: its mean without drift is about (bins - 1)(1/n + 1/m)
    (Yurdakul and Naranjo, J. Risk Model Validation 14(4), 2020), which passes for drift in small
    samples. That formula is asymptotic; ours is exact. Bins are cut from both samples together,
    so without drift each pooled value is as likely to be in one sample as in the other, and
    a bin of t values holds a hypergeometric share of them (Fisher's permutation argument).
    Hence negative values mean less movement than chance brings. Ties are never split; as many
    bins are made as the values allow. Raises InvalidInput for samples that are empty or not finite.
    """
    one, other = sample(expected, "expected"), sample(actual, "actual")
    if isinstance(bins, bool) or not isinstance(bins, int | np.integer) or bins < 2:
        fault = FieldError(field="bins", message="must be a whole number, at least 2")
        raise InvalidInput("The samples cannot be compared", [fault])
    cuts = _cuts(np.concatenate((one, other)), int(bins))
    counts, others = _counted(one, cuts), _counted(other, cuts)
    index = _terms(counts, others, (one.size, other.size), len(counts)).sum()
    return float(index - _null_mean(counts + others, one.size, other.size))


def _cuts(pooled: Floats, bins: int) -> Floats:
    """The last value of each bin but the highest: the whole values nearest to equal counts."""
    values, counts = np.unique(pooled, return_counts=True)
    below = np.cumsum(counts)[:-1]
    if not below.size:
        return np.empty(0)
    wanted = pooled.size * np.arange(1, bins) / bins
    right = np.minimum(np.searchsorted(below, wanted), below.size - 1)
    left = np.maximum(right - 1, 0)
    nearest = np.where(wanted - below[left] <= below[right] - wanted, left, right)
    return np.asarray(values[np.unique(nearest)], dtype=np.float64)


def _counted(values: Floats, cuts: Floats) -> Counts:
    held = np.searchsorted(cuts, values, side="left")
    return np.bincount(held, minlength=cuts.size + 1).astype(np.int64)


def _terms(counts: Counts, others: Counts, sizes: tuple[int, int], bins: int) -> Floats:
    """What each bin adds to the index."""
    p = (counts + _PRIOR) / (sizes[0] + _PRIOR * bins)
    q = (others + _PRIOR) / (sizes[1] + _PRIOR * bins)
    return np.asarray((p - q) * np.log(p / q), dtype=np.float64)


def _null_mean(totals: Counts, n: int, m: int) -> float:
    """The mean of the index when the n + m values are dealt to the samples at random."""
    # ln k! for k = 0 .. n + m.
    factorials = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, n + m + 1)))))
    mean = 0.0
    for total in totals.tolist():
        drawn = _support(total, n, m)
        likely = (
            _choose(factorials, total, drawn)
            + _choose(factorials, n + m - total, n - drawn)
            - _choose(factorials, n + m, np.array(n))
        )
        chances = np.exp(likely - likely.max())
        terms = _terms(drawn, total - drawn, (n, m), len(totals))
        mean += float(chances @ terms / chances.sum())
    return mean


def _support(total: int, n: int, m: int) -> Counts:
    """How many of a bin's values the first sample may hold, where that is not negligible."""
    size = n + m
    centre = total * n / size
    spread = (centre * (m / size) * (size - total) / max(size - 1, 1)) ** 0.5
    reach = _TAIL * spread + 10
    low = max(0, total - m, int(centre - reach))
    return np.arange(low, min(total, n, int(centre + reach) + 1) + 1)


def _choose(factorials: Floats, total: int, drawn: Counts) -> Floats:
    return np.asarray(factorials[total] - factorials[drawn] - factorials[total - drawn])
