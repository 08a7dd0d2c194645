"""The vector that a context is for a policy. Contexts come from callers: any value is readable."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from labverse.upsell.arrays import Floats

Context = Mapping[str, Any]
NOT_FEATURES = frozenset({"customer_id"})
_FAR = 3.0
_TIMES = " \u00d7 "
_DAMP = 0.5
"""Of products: what they add is believed to be smaller than what their numbers do."""
_NUMBERS = (int, float, np.integer, np.floating)
_HUGE = 1e9
_LONGEST = 64
_CALM = 20
"""Values of a number that are seen before it is scaled by its own spread."""


@dataclass(frozen=True)
class Space:
    """Places of a constant, of numbers by name, and of kinds by `name=value`; grows as it learns.

    Full spaces read nothing new, so that no caller can make the state large.
    """

    width: int
    places: Mapping[str, int] = field(default_factory=dict)
    moments: Mapping[str, tuple[int, float, float]] = field(default_factory=dict)
    """By number: count, mean, sum of squared distances from it."""
    pairs: int = 0
    """So many of the numbers that come first are also features by their products."""

    def seen(self, context: Context) -> "Space":
        """With this context's names in it, and its numbers in their moments."""
        places, moments = dict(self.places), dict(self.moments)
        for name, value in _parts(context):
            for new in (name, *self._products(name, value, moments)):
                if name not in moments and new not in places and len(places) < self.width - 1:
                    places[new] = len(places) + 1
            if name in places and value is not None:
                moments[name] = _joined(moments.get(name, (0, 0.0, 0.0)), value)
        return replace(self, places=places, moments=moments)

    def _products(self, name: str, value: float | None, moments: Mapping[str, object]) -> list[str]:
        """Of a number that is new, with those that came before it and with itself."""
        if value is None or len(moments) >= self.pairs:
            return []
        return [f"{other}{_TIMES}{name}" for other in (*moments, name)]

    def vector(self, context: Context) -> Floats:
        """(width,): unknown names and missing numbers are 0; numbers end three deviations out."""
        x = np.zeros(self.width)
        x[0] = 1.0
        for name, value in _parts(context):
            if (place := self.places.get(name)) is not None:
                x[place] = 1.0 if value is None else self._scaled(name, value)
        for name, place in self.places.items():
            one, _, other = name.partition(_TIMES)
            if other and one in self.places and other in self.places:
                product = float(x[self.places[one]] * x[self.places[other]])
                x[place] = _DAMP * (max(-_FAR, min(_FAR, product)) - (one == other))
        return x

    def _scaled(self, name: str, value: float) -> float:
        count, mean, squares = self.moments.get(name, (0, 0.0, 0.0))
        if count < _CALM or squares <= 0:
            return math.tanh(value - mean)
        return max(-_FAR, min(_FAR, (value - mean) / math.sqrt(squares / count)))


def _parts(context: Context) -> list[tuple[str, float | None]]:
    """Names with a number, or with None for a kind that is present. Anything else is no feature."""
    parts: list[tuple[str, float | None]] = []
    for name, value in context.items():
        if name in NOT_FEATURES or _TIMES in str(name):
            continue
        short = str(name)[:_LONGEST]
        if isinstance(value, str):
            parts.append((f"{short}={value[:_LONGEST]}", None))
        elif isinstance(value, _NUMBERS) and not math.isnan(number := _bounded(value)):
            parts.append((short, number))
    return parts


def _bounded(value: Any) -> float:
    """A number of any kind: an integer may be too large for a float."""
    return float(max(-_HUGE, min(_HUGE, value)))


def _joined(old: tuple[int, float, float], value: float) -> tuple[int, float, float]:
    count, mean, squares = old
    ahead = mean + (value - mean) / (count + 1)
    return count + 1, ahead, squares + (value - mean) * (value - ahead)
