"""The best split of a budget by dynamic programming: exact, curves need not be concave."""

import numpy as np
import numpy.typing as npt

from labverse.revenue.arrays import Floats


def best_moves(values: list[Floats], offsets: list[range], limit: int) -> tuple[int, ...]:
    """How many steps each channel moves, the moves adding up to 0, for the largest total value.

    `values[j][i]` is what moving channel j by `offsets[j][i]` steps is worth; every range holds 0.
    Running sums stay within `limit` steps either way. O(channels * limit * moves).
    """
    width = 2 * limit + 1
    best = np.full(width, -np.inf)
    best[limit] = 0.0
    choices = []
    for value, moves in zip(values, offsets, strict=True):
        reached = np.full((len(moves), width), -np.inf)
        for row, move in enumerate(moves):
            low, high = max(0, move), min(width, width + move)
            reached[row, low:high] = best[low - move : high - move] + value[row]
        choices.append(reached.argmax(axis=0))
        best = reached.max(axis=0)
    return _traced(choices, offsets, limit)


def _traced(
    choices: list[npt.NDArray[np.intp]], offsets: list[range], limit: int
) -> tuple[int, ...]:
    at, moves = limit, []
    for choice, offered in zip(reversed(choices), reversed(offsets), strict=True):
        move = offered[int(choice[at])]
        moves.append(move)
        at -= move
    return tuple(reversed(moves))
