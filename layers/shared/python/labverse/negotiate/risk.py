"""Mean and tail: the coherent mix that `risk_aversion` stands for, and its dual.

V = (1 - a) E[g] + a CVaR_t[g] = min over q in Q of E_q[g], where
Q = {(1 - a) p + a q' : 0 <= q' <= p / t, sum q' = 1} (Rockafellar and Uryasev 2000,
"Optimization of conditional value-at-risk"; Artzner et al. 1999 for the dual). t = 0 is the worst
case.
"""

from dataclasses import dataclass

import numpy as np

from labverse.negotiate.arrays import Floats

_WHOLE = 1e-9  # t / p this near to a whole number of scenarios counts as one


@dataclass(frozen=True, eq=False)
class Risk:
    """How a row of losses over scenarios becomes one number. Probabilities are all above 0."""

    probabilities: Floats
    aversion: float
    tail: float

    def loss(self, losses: Floats) -> Floats:
        """(..., S) → (...): (1 - a) mean + a (mean of the largest t). Same bits on any machine."""
        mean: Floats = np.einsum("...s,s->...", losses, self.probabilities)
        if self.aversion == 0:
            return mean
        return (1 - self.aversion) * mean + self.aversion * self.worst_mean(losses)

    def value(self, gains: Floats) -> Floats:
        """The same for gains, whose bad tail is the low one: V."""
        return -self.loss(-gains)

    def worst_mean(self, losses: Floats) -> Floats:
        """(..., S) → (...): the mean of the largest losses that hold a share t of probability."""
        p, count = self.probabilities, self.probabilities.size
        if self.tail >= 1 or count == 1:
            mean: Floats = np.einsum("...s,s->...", losses, p)
            return mean
        if self.tail <= p.min():
            worst: Floats = losses.max(axis=-1)
            return worst
        if np.ptp(p) == 0:
            return self._even(losses)
        order = np.argsort(-losses, axis=-1, kind="stable")
        share = _shares(p[order], self.tail)
        tail: Floats = np.einsum("...s,...s->...", np.take_along_axis(losses, order, -1), share)
        return tail

    def _even(self, losses: Floats) -> Floats:
        """Even probabilities need no full order: the k largest and a part of the next."""
        each, count = float(self.probabilities[0]), self.probabilities.size
        whole = min(int(self.tail / each + _WHOLE), count - 1)
        rest = max(0.0, self.tail - whole * each)
        part = np.partition(losses, count - 1 - whole, axis=-1)
        top: Floats = np.sort(part[..., count - whole :], axis=-1).sum(axis=-1) * each
        return (top + rest * part[..., count - 1 - whole]) / self.tail

    def worst_belief(self, losses: Floats) -> Floats:
        """(n, S) → (n, S): for each row the q in Q under which its mean is the loss."""
        p = self.probabilities
        if self.aversion == 0:
            return np.broadcast_to(p, losses.shape).copy()
        order = np.argsort(-losses, axis=-1, kind="stable")
        share = np.zeros_like(losses)
        np.put_along_axis(share, order, _shares(p[order], self.tail), -1)
        return (1 - self.aversion) * p + self.aversion * share


def _shares(ordered: Floats, tail: float) -> Floats:
    """How much of the tail each scenario holds, worst first."""
    if tail <= ordered.min():  # the worst scenario alone fills it
        share = np.zeros_like(ordered)
        share[..., 0] = 1
        return share
    before = np.cumsum(ordered, axis=-1) - ordered
    return np.clip(tail - before, 0, ordered) / tail
