"""Samples as they arrive: anything numpy can read as one row of finite numbers."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labverse.kernel.errors import FieldError, InvalidInput

Floats = NDArray[np.float64]


def sample(values: ArrayLike, name: str) -> Floats:
    """`values` as (n,) float64, n at least 1. Raises InvalidInput, naming the field `name`.

    A value that is missing is the caller's to drop: how many are missing may be the finding.
    """
    try:
        found = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise _refused(name, "is not a list of numbers") from None
    if found.ndim != 1 or not found.size:
        raise _refused(name, "must be one row of at least one number")
    if not np.isfinite(found).all():
        raise _refused(name, "holds values that are not finite numbers")
    return found


def _refused(name: str, message: str) -> InvalidInput:
    return InvalidInput("The sample cannot be used", [FieldError(field=name, message=message)])
