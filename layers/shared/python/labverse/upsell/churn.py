"""How probable it is that a customer leaves: a logistic regression on bent lines.

Numbers enter as piecewise linear functions with knots at quantiles, kinds as indicators, and the
strongest of these in pairs. The strength of the penalty is chosen by cross-validated likelihood,
a proper score: what is trained this way says probabilities without being told again.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from labverse.kernel.errors import InvalidInput
from labverse.upsell.arrays import Floats, Ints
from labverse.upsell.features import Encoder

_KNOTS = (0.1, 0.25, 0.5, 0.75, 0.9)
_PENALTIES = (3.0, 30.0, 100.0, 300.0)
_FOLDS = 4
_PAIRED = 20
"""Features that are also used in pairs, the strongest ones."""


@dataclass(frozen=True)
class Model:
    """Trained. Columns that it does not know are ignored; those it needs must be there."""

    encoder: Encoder
    knots: tuple[tuple[int, float], ...]
    """Column of the encoded frame, place of the knot."""
    pairs: tuple[tuple[int, int], ...]
    means: Floats
    deviations: Floats
    weights: Floats
    penalty: float

    def predict(self, frame: pd.DataFrame) -> Floats:
        """(rows,): probability of the label. Raises InvalidInput where a column is missing."""
        return _sigmoid(self._standard(frame) @ self.weights)

    def effects(self, frame: pd.DataFrame) -> Floats:
        """(rows, terms): what each term adds to the logit, against the average customer."""
        return self._standard(frame)[:, 1:] * self.weights[1:]

    def _standard(self, frame: pd.DataFrame) -> Floats:
        needed = {column for column, *_ in (*self.encoder.numeric, *self.encoder.kinds)}
        if missing := needed - set(frame.columns):
            raise InvalidInput(f"frame: no column {', '.join(sorted(map(str, missing)))}")
        terms = _paired(_bent(self.encoder.encode(frame), self.knots), self.pairs)
        scaled = (terms[:, 1:] - self.means) / self.deviations
        return np.concatenate([np.ones((len(frame), 1)), scaled], axis=1)


def train(frame: pd.DataFrame, label: str, seed: int) -> Model:
    """Fit to a frame whose column `label` is 0 or 1, false or true, or two words (yes, no).

    `seed` shuffles the folds. Raises InvalidInput for anything but two values, or under 50 rows.
    """
    y = _labels(frame, label)
    inputs = frame.drop(columns=[label])
    encoder = Encoder.fit(inputs)
    base = encoder.encode(inputs)
    knots = _knots(base, len(encoder.numeric))
    bent = _bent(base, knots)
    pairs = _pairs(bent, y)
    terms = _paired(bent, pairs)[:, 1:]
    means, deviations = terms.mean(axis=0), terms.std(axis=0)
    deviations = np.where(deviations > 1e-9, deviations, 1.0)
    x = np.concatenate([np.ones((len(y), 1)), (terms - means) / deviations], axis=1)
    order = np.random.Generator(np.random.PCG64(seed)).permutation(len(y)) % _FOLDS
    penalty = min(_PENALTIES, key=lambda strength: _held_out_loss(x, y, order, strength))
    weights = _fit(x, y, penalty)
    return Model(encoder, knots, pairs, means, deviations, weights, penalty)


def _labels(frame: pd.DataFrame, label: str) -> Floats:
    if label not in frame.columns:
        raise InvalidInput(f"frame: no column {label}")
    values: list[Any] = frame[label].tolist()
    if len(values) < 50 or frame[label].isna().any() or len(kinds := set(values)) != 2:
        raise InvalidInput("label: needs two values, in 50 rows or more, none missing")
    positive = sorted(kinds, key=lambda kind: (isinstance(kind, str), str(kind).lower()))[1]
    return np.array([float(value == positive) for value in values])


def _knots(base: Floats, numbers: int) -> tuple[tuple[int, float], ...]:
    """At quantiles of the numbers; the constant is the first column, numbers follow it."""
    return tuple(
        (column, float(place))
        for column in range(1, 1 + numbers)
        for place in np.unique(np.quantile(base[:, column], _KNOTS))[:-1]
        if len(np.unique(base[:, column])) > 2
    )


def _bent(base: Floats, knots: tuple[tuple[int, float], ...]) -> Floats:
    hinges = [np.maximum(0.0, base[:, column] - place) for column, place in knots]
    return np.column_stack([base, *hinges])


def _pairs(bent: Floats, y: Floats) -> tuple[tuple[int, int], ...]:
    """Of the columns that go with the label most."""
    spread = bent.std(axis=0)
    together = np.abs((bent - bent.mean(axis=0)).T @ (y - y.mean())) / np.maximum(spread, 1e-9)
    best = sorted(np.argsort(-together[1:], kind="stable")[:_PAIRED] + 1)
    return tuple((int(one), int(two)) for n, one in enumerate(best) for two in best[n + 1 :])


def _paired(bent: Floats, pairs: tuple[tuple[int, int], ...]) -> Floats:
    if not pairs:
        return bent
    one, two = np.array(pairs).T
    return np.concatenate([bent, bent[:, one] * bent[:, two]], axis=1)


def _held_out_loss(x: Floats, y: Floats, order: Ints, penalty: float) -> float:
    loss = 0.0
    for fold in range(_FOLDS):
        held = order == fold
        p = np.clip(_sigmoid(x[held] @ _fit(x[~held], y[~held], penalty)), 1e-9, 1 - 1e-9)
        loss -= float((y[held] * np.log(p) + (1 - y[held]) * np.log(1 - p)).sum())
    return loss


def _fit(x: Floats, y: Floats, penalty: float) -> Floats:
    """Newton's method; the constant is not penalised."""
    ridge = penalty * np.ones(x.shape[1])
    ridge[0] = 1e-6
    weights = np.zeros(x.shape[1])
    for _ in range(25):
        p = _sigmoid(x @ weights)
        curvature = np.maximum(p * (1 - p), 1e-6)
        hessian = (x * curvature[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(hessian, x.T @ (y - p) - ridge * weights)
        weights = weights + step
        if float(np.abs(step).max()) < 1e-4:
            break
    return weights


def _sigmoid(value: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(value, -30, 30))))
