"""A window of measurements, read from a data frame without knowing whose it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from labverse.kernel.errors import FieldError, InvalidInput

Floats = NDArray[np.float64]
FEWEST = 8
"""Points before the anomaly, below which nobody can say what is usual."""

# Nothing that is measured is larger, and its square is still a number.
_MOST = 1e100


class Frame(Protocol):
    """What we use of a `pandas.DataFrame`: importing pandas costs more than everything here."""

    @property
    def index(self) -> Any:
        """Moments, comparable with `anomaly_at`."""

    @property
    def columns(self) -> Iterable[Any]:
        """(service, metric) pairs."""

    def to_numpy(self) -> Any:
        """(time, columns)."""


@dataclass(frozen=True, eq=False)
class Window:
    """The same metrics before (`usual`) and from the anomaly on (`now`); NaN = not measured."""

    services: tuple[str, ...]
    """(M,) whose metric it is."""
    names: tuple[str, ...]
    """(M,)"""
    usual: Floats
    """(time, M)"""
    now: Floats
    """(time, M), at most a quarter as long as `usual`, so that the usual holds several like it."""


def read(metrics: Frame, anomaly_at: Any) -> Window:
    """The window around `anomaly_at`. Raises InvalidInput, naming the argument."""
    pairs = [_pair(column) for column in metrics.columns]
    try:
        values = np.asarray(metrics.to_numpy(), dtype=np.float64)
    except (TypeError, ValueError):
        raise _refused("metrics", "holds values that are not numbers") from None
    if not pairs or values.ndim != 2:
        raise _refused("metrics", "has no columns")
    values = np.where(np.abs(values) < _MOST, values, np.nan)
    before, after = _moments(metrics.index, anomaly_at)
    usual, now = values[before], values[after]
    if len(usual) < FEWEST or not len(now):
        raise _refused("anomaly_at", f"needs {FEWEST} points before it and one from it on")
    services, names = zip(*pairs, strict=True)
    return Window(services, names, usual, now[: max(1, len(usual) // 4)])


def _moments(index: Any, anomaly_at: Any) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows before and from `anomaly_at`, each in the order of time."""
    try:
        order = np.argsort(np.asarray(index), kind="stable")
        after = np.asarray(index >= anomaly_at, dtype=bool)[order]
    except (TypeError, ValueError):
        raise _refused("anomaly_at", "cannot be compared with the index of the metrics") from None
    return order[~after], order[after]


def _pair(column: Any) -> tuple[str, str]:
    if not isinstance(column, tuple) or len(column) != 2:
        raise _refused("metrics", "columns must be (service, metric) pairs")
    return str(column[0]), str(column[1])


def _refused(field: str, message: str) -> InvalidInput:
    return InvalidInput("The window cannot be read", [FieldError(field=field, message=message)])
