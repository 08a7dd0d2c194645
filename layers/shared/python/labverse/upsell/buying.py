"""How often customers buy, and how much: MBG/NBD and Gamma-Gamma.

Batislam, Denizel and Filiztekin (2007), the BG/NBD model in which customers may also leave after
their first purchase, as those of BG/NBD cannot; Fader and Hardie (2013), "The
Gamma-Gamma model of monetary value". A first purchase is what makes a customer, not a repeat.
"""

from typing import NamedTuple

import numpy as np

from labverse.upsell.arrays import Floats
from labverse.upsell.descent import minimum
from labverse.upsell.history import History
from labverse.upsell.special import hypergeometric, log_gamma

_FAINT = 1e-3
"""Weight of the penalty that keeps parameters finite where a record cannot tell them."""


class Buying(NamedTuple):
    """Of MBG/NBD, alpha in days: rates are Gamma(r, alpha), leaving at a purchase is Beta(a, b)."""

    r: float
    alpha: float
    a: float
    b: float

    def alive(self, seen: History) -> Floats:
        """Probability that the customer has not left, by customer."""
        r, alpha, a, b = self
        x = seen.repeats
        silent = ((alpha + seen.age) / (alpha + seen.recency)) ** (r + x)
        return np.asarray(1 / (1 + a / (b + x) * silent))

    def expected(self, seen: History, days: float) -> Floats:
        """Purchases in the `days` after the record, by customer."""
        r, alpha, a, b = self
        a = a if abs(a - 1) > 1e-6 else 1 + 1e-6  # a removable singularity
        x, end = seen.repeats, alpha + seen.age
        series = hypergeometric(r + x, b + x + 1, a + b + x, days / (end + days))
        grown = 1 - (end / (end + days)) ** (r + x) * series
        return np.asarray((a + b + x) / (a - 1) * grown * self.alive(seen))


class Spending(NamedTuple):
    """Of Gamma-Gamma: amounts are Gamma(p, v) with v Gamma(q, gamma)."""

    p: float
    q: float
    gamma: float

    def expected(self, seen: History) -> Floats:
        """Mean amount of a purchase, by customer; the population's where nothing was repeated."""
        p, q, gamma = self
        x = seen.repeats
        return np.asarray(p * (gamma + x * seen.mean_repeat) / (p * x + q - 1))


def fit_buying(seen: History) -> Buying:
    """Maximum likelihood."""
    table = np.stack([seen.repeats, seen.recency, seen.age], axis=1)
    rows, counts = np.unique(table, axis=0, return_counts=True)
    x, recency, age = rows.T
    unit = max(1.0, float(age.mean()) / 10)

    def loss(point: Floats) -> float:
        r, alpha, a, b = np.exp(np.clip(point, -12, 12)) * np.array([1, unit, 1, 1])
        common = (
            log_gamma(r + x) - log_gamma(np.array(r)) + r * np.log(alpha)
            + log_gamma(a + b) - log_gamma(np.array(b))
            + log_gamma(b + x + 1) - log_gamma(a + b + x + 1)
        )  # fmt: skip
        alive = -(r + x) * np.log(alpha + age)
        gone = np.log(a / (b + x)) - (r + x) * np.log(alpha + recency)
        likelihood = common + np.logaddexp(alive, gone)
        return float(-(counts * likelihood).sum() / counts.sum() + _FAINT * (point**2).mean())

    found = np.exp(np.clip(minimum(loss, np.zeros(4)), -12, 12)) * np.array([1, unit, 1, 1])
    return Buying(*(float(value) for value in found))


def fit_spending(seen: History) -> Spending:
    """Maximum likelihood over customers with a repeat purchase of a positive amount."""
    kept = (seen.repeats > 0) & (seen.mean_repeat > 0)
    x, mean = seen.repeats[kept], seen.mean_repeat[kept]
    if x.size < 3:
        amount = float(seen.total.mean() / (1 + seen.repeats.mean()))
        return Spending(1.0, 2.0, amount)
    unit = float(mean.mean())

    def loss(point: Floats) -> float:
        p, q, gamma = np.exp(np.clip(point, -12, 12)) * np.array([1, 1, unit])
        q = q + 1  # a mean exists
        likelihood = (
            log_gamma(p * x + q) - log_gamma(p * x) - log_gamma(np.array(q)) + q * np.log(gamma)
            + (p * x - 1) * np.log(mean) + p * x * np.log(x)
            - (p * x + q) * np.log(gamma + x * mean)
        )  # fmt: skip
        return float(-likelihood.mean() + _FAINT * (point**2).mean())

    p, q, gamma = np.exp(np.clip(minimum(loss, np.ones(3)), -12, 12)) * np.array([1, 1, unit])
    return Spending(float(p), float(q + 1), float(gamma))
