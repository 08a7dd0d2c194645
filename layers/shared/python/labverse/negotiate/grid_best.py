"""The best outcome of each agent in each scenario over a subset of a grid, by row bounds."""

import numpy as np

from labverse.negotiate.arrays import Bools, Floats, Ints


def best_in_grid(
    halves: tuple[list[Floats], list[Floats]], keys: list[Floats], inside: Bools
) -> Floats:
    """max over inside (row, column) of first[i][row, s] + last[i][column, s], as (n, S). Exact.

    A row's bound is its own part plus the best among columns whose keys are no smaller than the
    smallest inside that row. Any keys give valid bounds; columns that the subset was cut by
    (expected gains, costs) give narrow ones, so that few rows are looked at.
    """
    filled = np.flatnonzero(inside.any(axis=1))
    inside = inside[filled]
    reaches = [_reach(key, inside) for key in keys]
    return np.stack(
        [
            _best(
                np.ascontiguousarray(first[filled].T), np.ascontiguousarray(last.T), inside, reaches
            )
            for first, last in zip(*halves, strict=True)
        ]
    )


def _reach(key: Floats, inside: Bools) -> tuple[Ints, Ints]:
    """Columns by falling key, and how many of them, for each row, may be inside it."""
    order = np.argsort(-key, kind="stable")
    return order, key.size - 1 - np.argmax(inside[:, order[::-1]], axis=1)


def _best(row: Floats, column: Floats, inside: Bools, reaches: list[tuple[Ints, Ints]]) -> Floats:
    """row (S, R), column (S, C) → (S,): look into the most promising row until it is known."""
    bound = np.full_like(row, np.inf)
    for order, reach in reaches:
        best_so_far = np.maximum.accumulate(column[:, order], axis=1)
        np.minimum(bound, best_so_far[:, reach], out=bound)
    bound += row
    found = np.full(row.shape[0], -np.inf)
    open_ = np.arange(row.shape[0])
    while open_.size:
        here = bound.argmax(axis=1) if open_.size == row.shape[0] else bound[open_].argmax(axis=1)
        open_, here = _still(open_, here, bound, found)
        value = np.where(inside[here], column[open_], -np.inf).max(axis=1) + row[open_, here]
        bound[open_, here] = -np.inf
        found[open_] = np.maximum(found[open_], value)
    return found


def _still(open_: Ints, here: Ints, bound: Floats, found: Floats) -> tuple[Ints, Ints]:
    """The scenarios whose most promising row still promises more than what was found."""
    more = bound[open_, here] > found[open_]
    return open_[more], here[more]
