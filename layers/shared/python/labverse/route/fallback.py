"""When the local model runs. Wishes only grow, and what runs follows them, however they come.

Nothing here depends on the order of events or on how often one is delivered: each becomes a time
until which something is wanted, the latest such time is kept, and the service is made to fit it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from labverse.kernel.clock import Clock
from labverse.kernel.errors import Unavailable
from labverse.kernel.model import Model
from labverse.route.settings import FallbackService

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# Wishes that came while the service was being made to fit; more often than this is left to the
# next event or tick.
_ROUNDS = 5


class Capacity(Model):
    """What is wanted, and until when. NEVER is in the past: it wants nothing."""

    wanted_until: datetime = NEVER
    on_demand_until: datetime = NEVER
    """Spot had no capacity: on-demand is used until then."""


class Fleet(Model):
    """What the service is told to run."""

    tasks: int
    on_demand: bool


class CapacityStore(Protocol):
    """Where the wishes are kept. Both raise Unavailable."""

    def raise_to(self, wish: Capacity) -> None:
        """Keep the later of what is kept and `wish`, for each time on its own."""
        ...

    def read(self) -> Capacity:
        """What is kept, every wish included that was kept before this call."""
        ...


class FleetPort(Protocol):
    """The service that runs the local model."""

    def follow(self, wanted: Fleet) -> None:
        """Make it so, unless it is so already. Raises Unavailable."""
        ...


def desired(capacity: Capacity, service: FallbackService, now: datetime) -> Fleet:
    """What should run at `now`: all there may be while it is wanted, else as few as there must."""
    wanted = now < capacity.wanted_until
    return Fleet(
        tasks=service.maximum if wanted else service.minimum,
        on_demand=now < capacity.on_demand_until,
    )


@dataclass(frozen=True)
class Scaler:
    """Takes a wish, or none, and makes the service fit all wishes so far."""

    store: CapacityStore
    fleet: FleetPort
    service: FallbackService
    clock: Clock

    def __call__(self, wish: Capacity) -> None:
        """Raises Unavailable where the store or the service cannot be reached: ask again.

        What was kept is read once more after the service was told: another call may have kept a
        later wish and told the service in between, and this one would have undone that.
        """
        if wish != Capacity():
            self.store.raise_to(wish)
        for _ in range(_ROUNDS):
            kept = self.store.read()
            self.fleet.follow(desired(kept, self.service, self.clock.now()))
            if self.store.read() == kept:
                return
        raise Unavailable("wishes come faster than the service can be told")
