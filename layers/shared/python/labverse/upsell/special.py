"""Functions of mathematical physics, for arrays. Two of them do not justify a library."""

import numpy as np

from labverse.upsell.arrays import Floats


def log_gamma(x: Floats) -> Floats:
    """Of positive numbers, to 1e-13: Stirling's series after moving x above 7."""
    x = np.asarray(x, dtype=np.float64)
    shift = np.zeros_like(x)
    for _ in range(7):
        small = x < 7.0
        shift = np.where(small, shift + np.log(x), shift)
        x = np.where(small, x + 1.0, x)
    inverse = 1.0 / (x * x)
    series = (
        1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))
    ) / x
    return np.asarray((x - 0.5) * np.log(x) - x + 0.5 * np.log(2 * np.pi) + series - shift)


def hypergeometric(a: Floats, b: Floats, c: Floats, z: Floats) -> Floats:
    """Gauss's 2F1 for 0 <= z < 1 by its series; terms until they no longer matter."""
    term = np.ones(np.broadcast(a, b, c, z).shape)
    total = term.copy()
    for n in range(20_000):
        term = term * (a + n) * (b + n) / (c + n) * z / (n + 1)
        total += term
        if np.max(np.abs(term / total)) < 1e-12:
            break
    return total
