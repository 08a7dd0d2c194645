"""What is believed of one offer: how probable a reward is in a context, and how large it is then.

Two Bayesian regressions, as rewards are mostly nothing and otherwise vary in size: a logistic one
for whether, a linear one for how much. Both are updated one outcome at a time.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from labverse.upsell.arrays import Floats

_SPREAD = 0.3
"""Prior variance of a slope, per standard deviation of its number, in logits or reward units."""


@dataclass(frozen=True)
class Belief:
    """Gaussian posteriors. Rewards are in units: what was expected, or the first that was not 0."""

    chance: Floats
    chance_cov: Floats
    size: Floats
    size_cov: Floats
    rewarded: int = 0
    residual: float = 0.0
    """Sum of squared errors of the sizes, each before it was learnt."""
    learned: int = 0

    @classmethod
    def prior(cls, width: int, chance: float = 0.5, size: float = 1.0) -> "Belief":
        """So probable, and so many units then; loosely."""
        cov = np.diag(np.r_[1.0, np.full(width - 1, _SPREAD)])
        logit, unit = np.zeros(width), np.zeros(width)
        # Averaged over what is not known, the odds are the ones that were told.
        logit[0] = np.log(chance / (1 - chance)) * np.sqrt(1 + np.pi * cov[0, 0] / 8)
        unit[0] = size
        return cls(logit, cov, unit, cov.copy())

    def logit(self, x: Floats) -> tuple[float, float]:
        """Mean and standard deviation of the logit of a reward."""
        return float(self.chance @ x), float(np.sqrt(x @ self.chance_cov @ x))

    def amount(self, x: Floats) -> tuple[float, float]:
        """Mean and standard deviation of the expected size of a reward that is not 0."""
        noise = (1.0 + self.residual) / (1.0 + self.rewarded)
        return float(self.size @ x), float(np.sqrt(noise * (x @ self.size_cov @ x)))

    def after(self, x: Floats, reward: float, restless: float = 0.0) -> "Belief":
        """Having seen this reward, in units. `restless`: how far doubts return to the prior's."""
        learned = (self._doubting(restless) if restless else self)._whether(x, reward != 0)
        return learned if reward == 0 else learned._how_much(x, reward)

    def _doubting(self, share: float) -> "Belief":
        prior = Belief.prior(self.chance.size).chance_cov
        return replace(
            self,
            chance_cov=self.chance_cov + share * (prior - self.chance_cov),
            size_cov=self.size_cov + share * (prior - self.size_cov),
        )

    def _whether(self, x: Floats, rewarded: bool) -> "Belief":
        # One step of the extended Kalman filter; the curvature is that of the averaged logistic.
        mean, deviation = self.logit(x)
        p = float(averaged(mean, deviation))
        slope = self.chance_cov @ x
        curvature = p * (1 - p)
        gain = slope / (1 + curvature * deviation**2)
        return replace(
            self,
            chance=self.chance + gain * (float(rewarded) - p),
            chance_cov=self.chance_cov - curvature * np.outer(slope, gain),
            learned=self.learned + 1,
        )

    def _how_much(self, x: Floats, reward: float) -> "Belief":
        error = reward - float(self.size @ x)
        slope = self.size_cov @ x
        gain = slope / (1 + float(x @ slope))
        return replace(
            self,
            size=self.size + gain * error,
            size_cov=self.size_cov - np.outer(slope, gain),
            rewarded=self.rewarded + 1,
            residual=self.residual + error**2 / (1 + float(x @ slope)),
        )


class Outlook(NamedTuple):
    """What is believed of several offers in one context: (offers,) each, rewards not in units."""

    logit: Floats
    logit_deviation: Floats
    amount: Floats
    amount_deviation: Floats

    @classmethod
    def of(cls, beliefs: list[Belief], x: Floats, units: Floats) -> "Outlook":
        """`units`: (offers,), what their rewards were measured in."""
        logits = np.array([belief.logit(x) for belief in beliefs])
        amounts = np.array([belief.amount(x) for belief in beliefs])
        return cls(logits[:, 0], logits[:, 1], amounts[:, 0] * units, amounts[:, 1] * units)

    def sampled(self, draws: Floats, shifts: Floats | float = 0.0) -> Floats:
        """(draws, offers): expected rewards by samples of the posteriors; `draws` (2, n, offers),
        of a normal distribution whose deviation 1 is the posterior's; `shifts` of the logits.
        """
        chance = sigmoid(self.logit + shifts + draws[0] * self.logit_deviation)
        return np.asarray(chance * (self.amount + draws[1] * self.amount_deviation))

    def best(self, offer: int, draws: Floats) -> float:
        """The share of samples in which no other offer is expected to bring more."""
        return float((self.sampled(draws).argmax(axis=1) == offer).mean())

    def means(self) -> Floats:
        """(offers,): expected rewards under the whole posterior."""
        return np.asarray(averaged(self.logit, self.logit_deviation) * self.amount)


def averaged(mean: Floats | float, deviation: Floats | float) -> Floats:
    """Mean of a logistic function of a normal variable, by MacKay's approximation (1992)."""
    return sigmoid(mean / np.sqrt(1 + np.pi * np.square(deviation) / 8))


def sigmoid(value: Floats | float) -> Floats:
    """The logistic function, safe far out."""
    return np.asarray(1 / (1 + np.exp(-np.clip(value, -30, 30))))
