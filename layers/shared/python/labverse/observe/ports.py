"""What observe needs from the outside world."""

from typing import Protocol

from labverse.observe.models import ProviderHealth, State


class ComponentProbe(Protocol):
    """Asks one component whether it is there."""

    def state(self) -> State:
        """The component's state; never raises, an unanswered probe is `unreachable`."""
        ...


class ProviderProbe(Protocol):
    """Asks one provider of models whether it could answer."""

    def health(self) -> ProviderHealth:
        """The provider's health; never raises."""
        ...
