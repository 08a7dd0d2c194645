"""The names of the arrays that revenue computes with."""

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Exact = npt.NDArray[Any]
"""Integer money: int64 where every sum fits, Python integers where not."""
