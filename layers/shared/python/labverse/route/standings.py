"""Every model that routing names, as it is at the moment: for people, and for dashboards."""

from datetime import date, datetime

from pydantic import Field

from labverse.kernel.model import Model
from labverse.route.chat import Capability
from labverse.route.choice import LOCAL, Candidate
from labverse.route.health import Breaker, State
from labverse.route.latency import milliseconds
from labverse.route.models import Outcome, Tier
from labverse.route.pricing import Price
from labverse.route.router import Router


class ProviderStanding(Model):
    """One model. Null is what does not apply, or what nobody has measured."""

    alias: str
    provider: str
    model: str = Field(description="What the alias means today.")
    retires: date | None = Field(default=None, description="The first day it does not answer.")
    tier: Tier
    context_window: int
    capabilities: list[Capability]
    price: Price | None = Field(description="US dollars per million tokens; null: it is free.")
    state: State = Field(description="Its provider's breaker. Open: nobody asks it.")
    why: Outcome | None = Field(default=None, description="The failure that opened it.")
    until: datetime | None = Field(default=None, description="Nobody asks it before.")
    calls: int = Field(description="How many calls the latencies rest on, of the last hour or two.")
    p50_ms: int | None = None
    p95_ms: int | None = None


class Standings(Model):
    """The answer of `GET /api/v1/providers`."""

    providers: list[ProviderStanding]


def standings(router: Router) -> list[ProviderStanding]:
    """The candidates of today, in the order of config; those without a key are left out."""
    today = router.clock.now().date()
    candidates, _ = router.catalogue.on(today)
    breakers = router.means.health.look()
    return [_standing(router, one, breakers.get(one.provider)) for one in candidates]


def _standing(router: Router, one: Candidate, breaker: Breaker | None) -> ProviderStanding:
    told = router.means.experience.overall(one.model)
    cloud = None if one.provider == LOCAL else router.catalogue.config.models.get(one.model)
    return ProviderStanding(
        alias=one.alias,
        provider=one.provider,
        model=one.model,
        retires=cloud.retires if cloud else None,
        tier=one.tier,
        context_window=one.context_window,
        capabilities=sorted(one.capabilities),
        price=one.price,
        state=breaker.state if breaker else "closed",
        why=breaker.why if breaker else None,
        until=breaker.until if breaker else None,
        calls=round(told.calls),
        p50_ms=milliseconds(told, 0.5),
        p95_ms=milliseconds(told, 0.95),
    )
