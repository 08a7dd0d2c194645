"""Announce each threshold of a month's budget, once."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from labverse.kernel.clock import Clock
from labverse.kernel.errors import Unavailable
from labverse.route.events import BudgetThresholdReached
from labverse.route.ledger import Ask, Denial, Lease, Ledger, Standing, seconds, standing
from labverse.route.limits import Limits, usd
from labverse.route.page import Page
from labverse.route.ports import Announcer


@dataclass(frozen=True)
class AnnouncingLedger:
    """`ledger`, which also tells the bus.

    A threshold is seen from what the ledger says anyway, so it costs nothing until it is reached:
    then one write claims it, and whoever makes it announces. Each process tries once.
    """

    ledger: Ledger
    announcer: Announcer
    clock: Clock
    new_id: Callable[[], str]
    _known: set[tuple[str, int]] = field(default_factory=set, repr=False)

    @property
    def limits(self) -> Limits:
        """The ledger's."""
        return self.ledger.limits

    def reserve(self, ask: Ask, now: datetime) -> Lease | Denial:
        """As the ledger does; expired leases of others may have brought the month here."""
        found = self.ledger.reserve(ask, now)
        self._look(found.standing, refused=isinstance(found, Denial))
        return found

    def settle(self, lease: Lease, actual: int, now: datetime) -> Standing:
        """As the ledger does."""
        told = self.ledger.settle(lease, actual, now)
        self._look(told)
        return told

    def release(self, lease: Lease) -> None:
        """As the ledger does."""
        self.ledger.release(lease)

    def pages(self, period: str) -> list[Page]:
        """As the ledger does."""
        return self.ledger.pages(period)

    def claim(self, period: str, percent: int) -> bool:
        """As the ledger does."""
        return self.ledger.claim(period, percent)

    def _look(self, told: Standing, *, refused: bool = False) -> None:
        for percent in sorted(self.limits.thresholds_percent):
            # The stop keeps the month below its own threshold: nothing more to give is reaching it.
            stopped = refused and told.state == "stopped" and percent <= self.limits.stop_percent
            reached = stopped or told.spent * 100 >= told.limit * percent
            if reached and (told.period, percent) not in self._known:
                # The call at hand is worth more; the next one sees the threshold as well.
                with suppress(Unavailable):
                    self._announce(told.period, percent, sure=stopped)

    def _announce(self, period: str, percent: int, *, sure: bool) -> None:
        now = self.clock.now()
        told = standing(self.limits, period, self.ledger.pages(period), seconds(now))
        if not sure and told.spent * 100 < told.limit * percent:
            return  # with several shards, what one process saw is an estimate
        if self.ledger.claim(period, percent):
            self.announcer.announce(
                BudgetThresholdReached(
                    event_id=self.new_id(),
                    occurred_at=now,
                    period=period,
                    threshold_percent=percent,
                    limit_usd=usd(told.limit),
                    spent_usd=usd(told.spent),
                )
            )
        self._known.add((period, percent))
