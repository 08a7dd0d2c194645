"""How unusual each metric is now, judged by how unusual it usually gets."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labverse.runbook.window import Floats, Window

Places = NDArray[np.intp]

# So many stretches of the usual are compared with the one in question.
_STRETCHES = 48
# A constant baseline tells nothing of scale: a change below this share of it is not looked at.
_SHARE = 0.01
# What a change from exactly nothing counts for: it is new, but there is nothing to measure it by.
_NOVEL = 10.0
_MAD_TO_SIGMA = 1.4826
# "Just before" is so many times as long as the stretch that is compared with it.
_BEFORE = 2


@dataclass(frozen=True, eq=False)
class Deviation:
    """Per metric, (M,) each."""

    strength: Floats
    """How far it is from the usual, in units of its own spread; 0 = not unusual or not known."""
    usually: Floats
    """The most that any stretch of the usual shows of the same."""
    change: Floats
    """Signed, in the metric's own unit."""
    share: Floats
    """`change` relative to the usual level; 0 where that is 0."""

    @property
    def excess(self) -> Floats:
        """How many times as unusual as it usually gets."""
        return self.strength / np.maximum(1.0, self.usually)


def deviation(window: Window) -> Deviation:
    """The clearer of two views of each metric: its level, and its jump from just before.

    A season of the day hides a jump in the level; a jump misses what crept in. Medians against
    medians, so that neither an outlier nor a missing point decides. Usual stretches have the length
    of the one in question: what noise, seasons and autocorrelation do to a median of that length
    is measured, not assumed.
    """
    level, jump = _of_level(window), _of_jump(window)
    clearer = jump.excess > level.excess
    return Deviation(
        *(
            np.where(clearer, getattr(jump, name), getattr(level, name))
            for name in ("strength", "usually", "change", "share")
        )
    )


def _of_level(window: Window) -> Deviation:
    level = _median(window.usual)
    starts = _starts(len(window.usual), len(window.now), 0)
    usual = _medians(window.usual, starts, len(window.now)) - level
    spread = _spread(window.usual - level)
    return _judged(_median(window.now) - level, usual, spread, level)


def _of_jump(window: Window) -> Deviation:
    length, level = len(window.now), _median(window.usual)
    before = min(_BEFORE * length, len(window.usual) // 2)
    starts = _starts(len(window.usual), length, before)
    usual = _medians(window.usual, starts, length)
    usual = usual - _medians(window.usual, starts - before, before)
    change = _median(window.now) - _median(window.usual[-before:])
    return _judged(change, usual, _spread(usual), level)


def _spread(distances: Floats) -> Floats:
    """(M,) by the median. The deviation counts too: bursts leave the median of distances at 0."""
    measured = np.maximum(1, (~np.isnan(distances)).sum(axis=0))
    squares = np.nan_to_num(distances**2).sum(axis=0) / measured
    return np.asarray(np.fmax(_MAD_TO_SIGMA * _median(np.abs(distances)), np.sqrt(squares) / 3))


def _judged(change: Floats, usual: Floats, spread: Floats, level: Floats) -> Deviation:
    """`change` in units of `spread`, beside the largest of the `usual` changes (stretches, M)."""
    scale = np.fmax(spread, _SHARE * np.abs(level))
    scale = np.where(scale > 0, scale, np.fmax(np.abs(change) / _NOVEL, 1e-300))
    share = np.divide(change, np.abs(level), out=np.zeros_like(change), where=np.abs(level) > 0)
    return Deviation(
        strength=np.nan_to_num(np.abs(change) / scale),
        usually=np.nan_to_num(np.fmax.reduce(np.abs(usual) / scale)),
        change=np.nan_to_num(change),
        share=np.nan_to_num(share),
    )


def _starts(points: int, length: int, first: int) -> Places:
    """Where the usual stretches begin, spread evenly from `first` on."""
    last = points - length
    places = np.linspace(first, last, min(_STRETCHES, last - first + 1))
    return np.unique(places.round().astype(np.intp))


def _medians(values: Floats, starts: Places, length: int) -> Floats:
    """(stretches, M): the median of each stretch of `length`."""
    return np.stack([_median(values[at : at + length]) for at in starts])


def _median(values: Floats) -> Floats:
    """(M,): the median over time of what was measured; NaN where nothing was.

    numpy's own nanmedian warns of that through state that all threads share.
    """
    ordered = np.sort(values, axis=0)  # NaN comes last
    count = (~np.isnan(values)).sum(axis=0)
    low = np.take_along_axis(ordered, np.maximum(0, (count - 1) // 2)[None], axis=0)[0]
    high = np.take_along_axis(ordered, np.minimum(len(values) - 1, count // 2)[None], axis=0)[0]
    return np.asarray((low + np.where(count % 2 == 1, low, high)) / 2)
