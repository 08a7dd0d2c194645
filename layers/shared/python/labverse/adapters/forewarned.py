"""A health probe that also says what an operator should do before a model retires."""

from dataclasses import dataclass

from labverse.kernel.clock import Clock
from labverse.observe.models import ProviderHealth
from labverse.observe.ports import ProviderProbe
from labverse.route.config import RouteConfig
from labverse.route.lifecycle import resolve, warning


@dataclass(frozen=True)
class ForewarnedProbe:
    """`probe` of the model that `alias` means, with a warning so many days ahead."""

    probe: ProviderProbe
    alias: str
    config: RouteConfig
    clock: Clock
    days: int

    def health(self) -> ProviderHealth:
        """As `probe` tells it."""
        today = self.clock.now().date()
        resolved = resolve(self.config, self.alias, today)
        told = warning(self.config, resolved, today, self.days)
        return self.probe.health().model_copy(update={"warning": told})
