"""The space of outcomes as the searches see it: gains over the reserve, never the full tensor."""

from typing import Protocol

from labverse.negotiate.arrays import Bools, Floats, Ints


class Space(Protocol):
    """n agents' gains g = u - d over X outcomes and S scenarios of positive probability."""

    sizes: tuple[int, ...]
    count: int
    agents: int
    scenarios: int
    scale: Floats
    """(n,): the size of an agent's gains, by which roundings are told from numbers."""

    def affordable(self) -> Ints:
        """The outcomes inside the constraints, ascending."""
        ...

    def allows(self, index: Ints) -> Bools:
        """Which of these are inside the constraints."""
        ...

    def acceptable(self, floor: Floats) -> tuple[Ints, Floats]:
        """Affordable outcomes with E_p[g_i] >= floor_i for all i, and (n, K) of those means."""
        ...

    def gains(self, index: Ints) -> Floats:
        """(n, K, S) of these outcomes."""
        ...

    def means(self, index: Ints, belief: Floats) -> Floats:
        """(n, K): E_q[g_i] with a belief q per agent, (n, S)."""
        ...

    def best(self, index: Ints) -> Floats:
        """(n, S): the largest gain of each agent in each scenario over the bargaining set."""
        ...
