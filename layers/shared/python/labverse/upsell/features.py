"""Numbers from a table of mixed columns, the same way at fitting and at use."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from labverse.upsell.arrays import Floats

_LEVELS = 20
"""More values than this of a column of text are names, not kinds."""


@dataclass(frozen=True)
class Encoder:
    """Standardised numbers and indicators of kinds. What was not seen when fitting reads as 0."""

    numeric: tuple[tuple[Hashable, float, float], ...]
    """Column, mean, standard deviation."""
    kinds: tuple[tuple[Hashable, str], ...]
    """Column, value."""

    @classmethod
    def fit(cls, frame: pd.DataFrame) -> "Encoder":
        """Columns that hold one value, or too many names, are left out."""
        numeric: list[tuple[Hashable, float, float]] = []
        kinds: list[tuple[Hashable, str]] = []
        for column in frame.columns:
            values = _numbers(frame[column])
            if values is None:
                found = sorted(set(_texts(frame[column])))
                if 1 < len(found) <= _LEVELS:
                    kinds += [(column, value) for value in found]
                continue
            known = values[np.isfinite(values)]
            if known.size and (spread := float(known.std())) > 0:
                numeric.append((column, float(known.mean()), spread))
        return cls(tuple(numeric), tuple(kinds))

    def encode(self, frame: pd.DataFrame) -> Floats:
        """(rows, 1 + columns), a constant first. Missing numbers read as the mean."""
        columns: list[Floats] = [np.ones(len(frame))]
        for column, mean, spread in self.numeric:
            values = np.asarray(pd.to_numeric(frame[column], errors="coerce"), dtype=np.float64)
            scaled = np.clip((values - mean) / spread, -5.0, 5.0)
            columns.append(np.where(np.isfinite(values), scaled, 0.0))
        texts = {column: _texts(frame[column]) for column in {column for column, _ in self.kinds}}
        columns += [
            np.array([text == value for text in texts[column]], dtype=np.float64)
            for column, value in self.kinds
        ]
        return np.stack(columns, axis=1)


def contexts(frame: pd.DataFrame, without: Sequence[str]) -> list[dict[str, Any]]:
    """Each row as the mapping that a policy decides on; missing numbers are NaN."""
    kept = frame.drop(columns=list(without))
    names = [str(name) for name in kept.columns]
    return [dict(zip(names, row, strict=True)) for row in kept.itertuples(index=False, name=None)]


def _numbers(column: pd.Series) -> Floats | None:
    """None where the column holds text. Numbers written as text count as numbers."""
    values = pd.to_numeric(column, errors="coerce")
    read = int(values.notna().sum())
    filled = int(column.notna().sum())
    if read == 0 or read < 0.95 * filled:
        return None
    return np.asarray(values, dtype=np.float64)


def _texts(column: pd.Series) -> list[str]:
    return [
        "" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value)
        for value in column.tolist()
    ]
