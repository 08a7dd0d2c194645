"""What is believed of one offer: how probable a reward is in a context, and how large it is then.

Two Bayesian regressions, as rewards are mostly nothing and otherwise vary in size: a logistic one
for whether, a linear one for how much. Both are updated one outcome at a time.
"""

from dataclasses import dataclass, replace

import numpy as np

from labverse.upsell.arrays import Floats

_SPREAD = 0.3
"""Prior variance of a slope, per standard deviation of its number, in logits or reward units."""


@dataclass(frozen=True)
class Belief:
    """Gaussian posteriors. Rewards are in units of the first one that was not 0."""

    chance: Floats
    chance_cov: Floats
    size: Floats
    size_cov: Floats
    rewarded: int = 0
    residual: float = 0.0
    """Sum of squared errors of the sizes, each before it was learnt."""
    learned: int = 0

    @classmethod
    def prior(cls, width: int) -> "Belief":
        """Even odds of one unit, loosely."""
        cov = np.diag(np.r_[1.0, np.full(width - 1, _SPREAD)])
        unit = np.zeros(width)
        unit[0] = 1.0
        return cls(np.zeros(width), cov, unit, cov.copy())

    def logit(self, x: Floats) -> tuple[float, float]:
        """Mean and standard deviation of the logit of a reward."""
        return float(self.chance @ x), float(np.sqrt(x @ self.chance_cov @ x))

    def amount(self, x: Floats) -> tuple[float, float]:
        """Mean and standard deviation of the expected size of a reward that is not 0."""
        noise = (1.0 + self.residual) / (1.0 + self.rewarded)
        return float(self.size @ x), float(np.sqrt(noise * (x @ self.size_cov @ x)))

    def after(self, x: Floats, reward: float) -> "Belief":
        """Having seen this reward, in units."""
        learned = self._whether(x, reward != 0)
        return learned if reward == 0 else learned._how_much(x, reward)

    def _whether(self, x: Floats, rewarded: bool) -> "Belief":
        # One step of the extended Kalman filter; the curvature is that of the averaged logistic.
        mean, deviation = self.logit(x)
        p = float(_sigmoid(mean / np.sqrt(1 + np.pi * deviation**2 / 8)))
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


def values(beliefs: list[Belief], x: Floats, draws: Floats, shifts: Floats) -> Floats:
    """(draws, offers): expected rewards by samples of the posteriors; `draws` (2, n, offers)."""
    logits = np.array([belief.logit(x) for belief in beliefs])
    amounts = np.array([belief.amount(x) for belief in beliefs])
    chance = _sigmoid(logits[:, 0] + shifts + draws[0] * logits[:, 1])
    return np.asarray(chance * (amounts[:, 0] + draws[1] * amounts[:, 1]))


def _sigmoid(value: Floats | float) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(value, -30, 30))))
