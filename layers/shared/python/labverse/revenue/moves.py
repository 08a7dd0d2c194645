"""Which moves of a budget the data bear out."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from labverse.revenue.arrays import Floats
from labverse.revenue.config import AllocationLimits
from labverse.revenue.response import Response
from labverse.revenue.search import best_moves

STEPS = 100
"""A step is 1 % of the budget: finer advice would pretend to know more."""
# Prices of variance that are tried, from "gain alone" to "hardly move", over the total spread.
_CAUTION = (0.0, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
# Real curves are no Hill curves and periods are not independent: spreads are this much wider.
HUMILITY = 1.2
NORMAL = NormalDist()


@dataclass(frozen=True)
class Choice:
    """What one channel may do: moves in steps from `at`, mean and variance of what each changes."""

    at: float
    moves: range
    mean: Floats
    variance: Floats

    @classmethod
    def of(cls, response: Response, at: float, step: float, limits: AllocationLimits) -> "Choice":
        """Every move within the trust region."""
        fewer = min(int((1 - limits.floor) * at / step), STEPS)
        more = min(int((limits.ceiling - 1) * at / step), STEPS)
        moves = range(-fewer, more + 1)
        mean, variance = response.change(at, np.maximum(at + step * np.array(moves), 0.0))
        return cls(at, moves, mean, variance * HUMILITY**2)

    @classmethod
    def none(cls, at: float) -> "Choice":
        """For a channel that nothing is known of."""
        return cls(at, range(1), np.zeros(1), np.zeros(1))

    def at_edge(self, move: int) -> bool:
        """Whether the trust region keeps it from going further."""
        return len(self.moves) > 1 and move in (self.moves[0], self.moves[-1])


@dataclass(frozen=True)
class Decision:
    """A move of every channel, what it is expected to change, and whether caution shrank it."""

    moves: tuple[int, ...]
    mean: float = 0.0
    deviation: float = 0.0
    cautious: bool = False

    def interval(self, level: float) -> tuple[float, float]:
        """The central interval that holds the change with this probability."""
        z = NORMAL.inv_cdf(0.5 + level / 2)
        return self.mean - z * self.deviation, self.mean + z * self.deviation

    @property
    def probability_of_loss(self) -> float:
        """Chance that the change is below nothing."""
        return NORMAL.cdf(-self.mean / self.deviation) if self.deviation else 0.0


def supported(choices: list[Choice], certainty: float) -> Decision:
    """The moves with the largest expected gain among those that gain with `certainty`.

    For each price of variance the best moves are exact; the frontier between gain and doubt is
    walked until the lower bound is above nothing. Not to move is always among the answers.
    """
    z = NORMAL.inv_cdf(certainty)
    spread = sum(float(np.sqrt(one.variance.max())) for one in choices) or 1.0
    best = Decision((0,) * len(choices), cautious=True)
    for place, price in enumerate(_CAUTION):
        values = [one.mean - price / spread * one.variance for one in choices]
        moves = best_moves(values, [one.moves for one in choices], STEPS)
        found = _judged(choices, moves, cautious=place > 0)
        if found.mean > best.mean and found.mean >= z * found.deviation:
            best = found
        elif place == 0 and not any(moves):
            return Decision(moves)
    return best


def _judged(choices: list[Choice], moves: tuple[int, ...], *, cautious: bool) -> Decision:
    at = [one.moves.index(move) for one, move in zip(choices, moves, strict=True)]
    mean = sum(float(one.mean[row]) for one, row in zip(choices, at, strict=True))
    variance = sum(float(one.variance[row]) for one, row in zip(choices, at, strict=True))
    return Decision(moves, mean, variance**0.5, cautious)
