"""How far apart two samples are, without bins."""

import numpy as np
from numpy.typing import ArrayLike

from labverse.stats.samples import sample


def ks(expected: ArrayLike, actual: ArrayLike) -> float:
    """The two-sample Kolmogorov-Smirnov statistic, in [0, 1]; 0 = the same distribution.

    The largest gap between the two empirical distribution functions (Smirnov 1939). Ties are
    exact: both functions are compared after every value. Raises InvalidInput.
    """
    one, other = np.sort(sample(expected, "expected")), np.sort(sample(actual, "actual"))
    seen = np.concatenate((one, other))
    below_one = np.searchsorted(one, seen, side="right") / one.size
    below_other = np.searchsorted(other, seen, side="right") / other.size
    return float(np.abs(below_one - below_other).max())
