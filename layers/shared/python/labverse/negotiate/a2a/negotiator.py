"""What an agent of A2A needs of negotiations."""

from collections.abc import Sequence
from typing import Any, Protocol

from labverse.negotiate.models import Negotiation
from labverse.negotiate.service import Asker
from labverse.negotiate.states import State


class Negotiator(Protocol):
    """The use cases of whoever asks for a deal. Every method raises Unavailable."""

    def open(self, negotiation_id: str, given: Any, asker: Asker) -> Negotiation:
        """Start it; the same again is the same. Raises InvalidInput and Conflict."""
        ...

    def get(self, negotiation_id: str) -> Negotiation:
        """As it is now. Raises NotFound."""
        ...

    def wait(self, negotiation_id: str, seconds: float, seen: State | None = None) -> Negotiation:
        """As `get`, once it is neither worked on nor as `seen`, or time is over."""
        ...

    def cancel(self, negotiation_id: str) -> Negotiation:
        """Take it back. Raises NotFound, and Conflict once it is final."""
        ...

    def list_open(self) -> Sequence[Negotiation]:
        """Those that are not final, whoever asked."""
        ...
