"""Tries providers that were down, so that one is back before somebody needs it."""

from contextlib import suppress
from dataclasses import dataclass, replace

from labverse.kernel.errors import LabverseError
from labverse.route.chat import Chat
from labverse.route.models import Work
from labverse.route.router import Router

PROBE = "probe"
"""The key that probes are charged to; they are paid from the same budget as everything else."""
_QUESTION = "Reply with the word: ok"
_MOST_OUTPUT = 16
# Several may be down: together they must end within the function's time.
_DEADLINE_MS = 4000
_MOST = 6


@dataclass(frozen=True)
class Prober:
    """Asks each provider whose time has come one small question, if nobody else is doing so."""

    router: Router

    def __call__(self) -> list[str]:
        """The providers that were tried. How it went is in their breakers and in the log."""
        router = self._patient()
        tried = []
        for provider, alias in self._half_open():
            work = Work(
                chat=Chat.of(_QUESTION),
                max_output_tokens=_MOST_OUTPUT,
                model=alias,
                key_id=PROBE,
                max_latency_ms=_DEADLINE_MS,
            )
            # It is still down, or there is no money to find out: either is on record by now.
            with suppress(LabverseError):
                router.run(work)
            tried.append(provider)
        return tried

    def _half_open(self) -> list[tuple[str, str]]:
        """By provider, the alias of the candidate that is cheapest to ask."""
        now, breakers = self.router.clock.now(), self.router.means.health.look()
        candidates, _ = self.router.catalogue.on(now.date())
        priced = [one for one in candidates if one.price is not None]
        priced.sort(key=lambda one: one.price.worst(100, _MOST_OUTPUT) if one.price else 0)
        cheapest = {one.provider: one.alias for one in reversed(priced)}
        return [
            (provider, cheapest[provider])
            for provider, breaker in breakers.items()
            if breaker.state == "half_open" and provider in cheapest
        ][:_MOST]

    def _patient(self) -> Router:
        catalogue = self.router.catalogue
        config = catalogue.config.model_copy(update={"hard_deadline_ms": _DEADLINE_MS})
        return replace(self.router, catalogue=replace(catalogue, config=config))
