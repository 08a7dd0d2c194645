"""Statistics that several capabilities share. numpy only; every result is a function of its input.

Importing the package imports numpy, so only what a numeric layer serves may import it.
"""

from labverse.stats.distance import ks
from labverse.stats.stability import psi

__all__ = ["ks", "psi"]
