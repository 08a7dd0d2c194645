"""What is negotiated, as the solver wants it, with the words and the money for what it answers."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from labverse.negotiate.models import ArbitrageNote, Role
from labverse.negotiate.problem import Problem


class Matter(Protocol):
    """A problem in major units of one currency, between agents with roles."""

    @property
    def problem(self) -> Problem:
        """What is solved."""
        ...

    @property
    def agents(self) -> Sequence[str]:
        """Who negotiates; the rows of the problem."""
        ...

    @property
    def roles(self) -> Sequence[Role]:
        """What each of them is."""
        ...

    @property
    def currency(self) -> str:
        """ISO 4217."""
        ...

    @property
    def suspect(self) -> Sequence[str]:
        """Whose prices look as if they were in another unit."""
        ...

    @property
    def prices(self) -> Mapping[str, float]:
        """The eCPM of each agent who quoted a price."""
        ...

    def deal(self, outcome: Sequence[int]) -> dict[str, Any]:
        """What an outcome says of each issue."""
        ...

    def words(self, outcome: Sequence[int]) -> str:
        """The same in a sentence."""
        ...

    def committed(self, outcome: Sequence[int]) -> Decimal:
        """Expected payment a month, exact to the cent."""
        ...

    def ecpm(self, outcome: Sequence[int]) -> float | None:
        """Its price per mille, where it has one."""
        ...

    def arbitrage(self, outcome: Sequence[int]) -> ArbitrageNote | None:
        """What the spread of prices around it is worth, where there are two prices."""
        ...

    def fresh(self, seed: int) -> Problem | None:
        """The same in scenarios that nobody chose by; None where there are no others."""
        ...
