"""Whether an apprentice would have earned more than its incumbent, tested at every outcome."""

import math
from dataclasses import dataclass

from labverse.upsell.sequential import mixture_bound

_ENOUGH = 200
_PLANNED = 2000.0
_ALPHA = 0.05


@dataclass(frozen=True)
class Lead:
    """Sums of weighted differences of reward, policy less incumbent. Once ahead, always ahead."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0
    ahead: bool = False

    def after(self, difference: float) -> "Lead":
        """With one more outcome."""
        n, total = self.n + 1, self.total + difference
        squares = self.squares + difference**2
        mean = total / n
        error = math.sqrt(max(0.0, squares / n - mean**2) / n)
        clear = mean > error * mixture_bound(n, _PLANNED, _ALPHA)
        return Lead(n, total, squares, self.ahead or (n >= _ENOUGH and clear))
