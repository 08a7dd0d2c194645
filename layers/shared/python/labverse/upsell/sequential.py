"""Bounds that hold at every look, so that looking early and often costs no validity.

A mean of n observations with standard deviation s is treated as a Brownian motion in n, which is
right asymptotically: the bounds need some dozens of observations before they mean anything.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist


def mixture_bound(n: float, n_star: float, alpha: float) -> float:
    """How many standard errors to allow at n observations; valid at all n, tightest near n_star.

    The two-sided normal mixture of Robbins (1970); Howard et al. (2021), eq. 14.
    """
    peak = -2 * math.log(alpha)
    eta = n_star / (peak + math.log1p(peak))
    return math.sqrt((n + eta) / n * math.log((n + eta) / (eta * alpha**2)))


def planned_bound(n: float, n_star: float, alpha: float) -> float:
    """The same, for looks up to n_star only: infinite after it.

    A constant line for the Brownian motion: P(max |B| > c over [0, 1]) <= 4 P(N > c). It spends
    what it has near the planned end, as O'Brien and Fleming's does.
    """
    if n > n_star:
        return math.inf
    return NormalDist().inv_cdf(1 - alpha / 4) * math.sqrt(n_star / n)


def bound(n: float, n_star: float, alpha: float) -> float:
    """Standard errors to allow at any look: the narrower of both, each with its share of alpha.

    Four fifths go to the planned run, where the power is wanted; the rest finds large effects
    early and stays valid for a test that runs on beyond its plan.
    """
    return min(planned_bound(n, n_star, 0.8 * alpha), mixture_bound(n, n_star, 0.2 * alpha))


def ratio_p(counts: Sequence[float], shares: Sequence[float]) -> float:
    """An always-valid p-value that `counts` were drawn with `shares`.

    One over the Bayes factor of a Dirichlet prior around the shares, by Lindon and Malek (2022).
    """
    weight = 1000.0  # deviations of about 1.6 points are the ones expected
    total = sum(counts)
    evidence = math.lgamma(weight) - math.lgamma(weight + total)
    for count, share in zip(counts, shares, strict=True):
        prior = weight * share
        evidence += math.lgamma(prior + count) - math.lgamma(prior) - count * math.log(share)
    return min(1.0, math.exp(min(0.0, -evidence)))
