"""Health, asked at most once in a while: the route is public, and probes cost calls."""

from collections.abc import Mapping

from labverse.kernel.clock import Clock
from labverse.observe.models import Health
from labverse.observe.ports import ComponentProbe, ProviderProbe

FRESH_SECONDS = 5.0


class HealthCheck:
    """The product's health from its probes, at most FRESH_SECONDS old."""

    def __init__(
        self,
        providers: Mapping[str, ProviderProbe],
        components: Mapping[str, ComponentProbe],
        version: str,
        clock: Clock,
    ) -> None:
        self._providers, self._components = providers, components
        self._version, self._clock = version, clock
        self._last: tuple[float, Health] | None = None

    def __call__(self) -> Health:
        """The current health."""
        now = self._clock.monotonic()
        if self._last is None or now - self._last[0] >= FRESH_SECONDS:
            self._last = (now, self._ask())
        return self._last[1]

    def _ask(self) -> Health:
        providers = {name: probe.health() for name, probe in self._providers.items()}
        components = {name: probe.state() for name, probe in self._components.items()}
        answering = any(
            provider.state in ("ok", "configured", "half_open") for provider in providers.values()
        )
        whole = answering and all(state == "ok" for state in components.values())
        return Health(
            status="ok" if whole else "degraded",
            ai_providers=providers,
            components=components,
            version=self._version,
        )
