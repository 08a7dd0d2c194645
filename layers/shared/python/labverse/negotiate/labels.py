"""Every outcome that meets a few linear conditions, issue by issue, by what can still be reached.

A partial outcome is dropped when, for some condition, even the best values of all later issues do
not make up what it lacks. With a condition that a linear program's duals give, few survive.
"""

import numpy as np

from labverse.negotiate.arrays import Floats, Ints

_BINS = 1_000


def reaching(
    rows: Floats, least: Floats, sizes: tuple[int, ...], cap: int, beam: bool = False
) -> Ints | None:
    """(L, m): the values of each outcome with rows @ x >= least; None when more than `cap` remain.

    `rows` (R, sum of sizes), the most telling first. With `beam`, the `cap` partial outcomes that
    can reach most of the first row are kept instead, so that some outcomes may be missed.
    """
    blocks = np.split(rows, np.cumsum(sizes)[:-1], axis=1)
    # Where much is decided comes first, so that what is left can make up for little.
    order = np.argsort([-np.ptp(block[0]) for block in blocks], kind="stable")
    blocks = [blocks[issue] for issue in order]
    later = np.cumsum([block.max(axis=1) for block in blocks[::-1]], axis=0)[::-1]
    later = np.vstack([later[1:], np.zeros(len(rows))])
    held, chosen = np.zeros((len(rows), 1)), np.zeros((1, 0), dtype=np.int64)
    for block, rest in zip(blocks, later, strict=True):
        live = _live(held, block, least - rest)
        if live[0].size > cap:
            if not beam:
                return None
            promise = held[0][live[0]] + block[0][live[1]]
            best = np.sort(np.argpartition(-promise, cap - 1)[:cap])
            live = live[0][best], live[1][best]
        held = held[:, live[0]] + block[:, live[1]]
        chosen = np.column_stack([chosen[live[0]], live[1]])
    return chosen[:, np.argsort(order)]


def upper_count(row: Floats, least: float, sizes: tuple[int, ...]) -> float:
    """No fewer than the outcomes with row @ x >= least, and not many more: by a histogram."""
    blocks = np.split(row, np.cumsum(sizes)[:-1])
    slack = sum(float(block.max()) for block in blocks) - least
    if slack < 0:
        return 0.0
    counts = np.zeros(_BINS + 1)
    counts[0] = 1
    for block in blocks:
        lost = (block.max() - block) * (_BINS / slack) if slack else np.zeros(block.size)
        spread = np.zeros(_BINS + 1)
        for by in np.floor(lost[lost <= _BINS]).astype(np.int64):
            spread[by:] += counts[: counts.size - by]
        counts = spread
    return float(counts.sum())


def _live(held: Floats, block: Floats, need: Floats) -> tuple[Ints, Ints]:
    """Partial outcomes and values of the next issue that together still can meet each condition."""
    part, value = np.nonzero(block[0] >= (need[0] - held[0])[:, None])
    for row, column, least in zip(held[1:], block[1:], need[1:], strict=True):
        enough = row[part] + column[value] >= least
        if not enough.all():
            part, value = part[enough], value[enough]
    return part, value
