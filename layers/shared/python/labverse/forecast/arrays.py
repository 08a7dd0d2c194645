"""What the members of the ensemble pass to each other."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WEEK = 7
YEAR = 365.25


@dataclass(frozen=True)
class Daily:
    """A cleaned daily series: one finite value a day, and where each day lies in week and year."""

    values: Floats
    first_day: int
    """Days from 1970-01-01, a Thursday, to the first value."""

    def __len__(self) -> int:
        """How many days."""
        return len(self.values)

    def days(self, start: int, stop: int) -> Ints:
        """Day numbers of the positions from `start` to before `stop`; may lie ahead of the data."""
        return np.arange(self.first_day + start, self.first_day + stop, dtype=np.int64)

    def until(self, stop: int) -> "Daily":
        """The same series as it was known after `stop` days."""
        return Daily(self.values[:stop], self.first_day)


@dataclass(frozen=True)
class Member:
    """One model's opinion: a point and a standard deviation for each day ahead."""

    point: Floats
    sigma: Floats


def weekday(days: Ints) -> Ints:
    """0 = Monday, as in the standard library."""
    return (days + 3) % WEEK


def year_angle(days: Ints) -> Floats:
    """Where in the year a day lies, in radians."""
    return np.asarray(2 * np.pi * days / YEAR, dtype=np.float64)


def typical_change(values: Floats) -> float:
    """The usual daily change as a standard deviation, by the median unless most days repeat."""
    changes = np.abs(np.diff(values))
    middle = float(np.median(changes)) * 1.4826
    return middle if middle > 0 else float(changes.mean()) * 1.2533


def autocorrelation(values: Floats, lag: int) -> float:
    """Correlation of values that lie `lag` days apart, about the mean of all."""
    rest = values - values.mean()
    return float(rest[lag:] @ rest[:-lag] / (rest @ rest + 1e-12))
