"""An absorbing Markov chain over channels: from the first touch to a conversion or to nothing."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from labverse.kernel.errors import FieldError, InvalidInput
from labverse.revenue.arrays import Floats

_LARGEST = 2000  # channels: a dense solve of this size takes seconds and 100 MB


def removal_effects(paths: Sequence[tuple[tuple[str, ...], float, float]]) -> dict[str, float]:
    """By channel, the share of conversions that is lost when reaching it leads to nothing.

    With N = (I - Q)^-1, the chance to ever visit i is N[s,i] / N[i,i], and the chance to convert
    from there v[i]: their product over v[s] is lost (Kemeny, Snell: Finite Markov Chains, ch. 3).
    Paths are as `attribute` has read them. Raises InvalidInput above 2,000 channels.
    """
    channels = list(dict.fromkeys(channel for path in paths for channel in path[0]))
    if not channels:
        return {}
    if len(channels) > _LARGEST:
        message = f"{len(channels)} channels, at most {_LARGEST}"
        raise InvalidInput("cannot attribute", [FieldError(field="paths", message=message)])
    moves, converting = _probabilities(paths, {name: i for i, name in enumerate(channels)})
    visits = np.linalg.inv(np.eye(len(moves)) - moves)
    chance = visits @ converting
    if chance[-1] <= 0:
        return dict.fromkeys(channels, 0.0)
    reached = visits[-1, :-1] / np.diag(visits)[:-1]
    lost = np.maximum(reached * chance[:-1] / chance[-1], 0.0)
    return dict(zip(channels, lost.tolist(), strict=True))


def _probabilities(
    paths: Sequence[tuple[tuple[str, ...], float, float]], index: dict[str, int]
) -> tuple[Floats, Floats]:
    """Q over the channels and, last, the start; and the chance to convert next, by state."""
    steps: defaultdict[tuple[int, int], float] = defaultdict(float)
    size = len(index) + 1
    converting, stopping = np.zeros(size), np.zeros(size)
    for touches, conversions, nulls in paths:
        states = [size - 1, *(index[channel] for channel in touches)]
        weight = conversions + nulls
        for step in pairwise(states):
            steps[step] += weight
        converting[states[-1]] += conversions
        stopping[states[-1]] += nulls
    moves = np.zeros((size, size))
    for (here, there), weight in steps.items():
        if here != there:  # to stay is not to leave: the chances of leaving do not change
            moves[here, there] = weight
    leaving = moves.sum(axis=1) + converting + stopping
    return moves / leaving[:, None], converting / leaving
