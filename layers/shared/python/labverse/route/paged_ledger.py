"""The ledger over pages: one write to reserve, one to settle, wherever the pages are kept."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from labverse.kernel.errors import Unavailable
from labverse.route import borrowing, dead_leases
from labverse.route.ledger import (
    Ask,
    Denial,
    Lease,
    Standing,
    announced_id,
    page_id,
    seconds,
    shards_id,
    standing,
)
from labverse.route.limits import MONTH, Limits, period_of
from labverse.route.page import Change, Opened, Page, Pages

# How often a reservation that needs loans is planned anew, when others were faster.
_PLANS = 4
_SHARDS = "shards"


@dataclass(frozen=True)
class PagedLedger:
    """`Ledger` over pages; safe from many threads and processes wherever the pages are."""

    store: Pages
    limits: Limits = field(default_factory=Limits)
    _seen: dict[str, Page] = field(default_factory=dict, repr=False)
    _shards: dict[str, int] = field(default_factory=dict, repr=False)
    """By month: pages are shares of a limit, so all processes must count the same number."""

    def reserve(self, ask: Ask, now: datetime) -> Lease | Denial:
        """One write, where the page has enough; else it borrows, or there is nothing left.

        The first one of a process in a month also asks how many pages that month has.
        """
        if ask.amount < 0:
            raise ValueError("a call costs nothing or something")
        period = period_of(now)
        limits = self._opened(period)
        shard = int(ask.lease_id[:8], 16) % limits.shards
        expires = seconds(now) + limits.lease_seconds
        own = Change(
            page_id(period, shard),
            add=dict.fromkeys(ask.purpose.lines, ask.amount),
            most={
                line: limits.share(limit, shard) - ask.amount
                for line, limit in limits.on(ask.purpose.lines).items()
            },
            opens={ask.lease_id: Opened(ask.amount, expires, ask.purpose.lines)},
        )
        changed = self.store.change(own)
        # A write that was sent again after its answer got lost finds its own lease.
        if changed.done or ask.lease_id in changed.page.leases:
            self._tidy(changed.page, seconds(now))
            return self._lease(ask, own, [changed.page], now)
        if limits.shards == 1:
            return self._denial(ask, period, [changed.page], now)
        return self._borrow(limits, own, ask, now)

    def settle(self, lease: Lease, actual: int, now: datetime) -> Standing:
        """One write; late by a quarter of an hour, a transaction."""
        if actual < 0:
            raise ValueError("a call costs nothing or something")
        page = self._close(lease, actual)
        return self._standing(lease.standing.period, [page], now)

    def release(self, lease: Lease) -> None:
        """The same with nothing to pay."""
        self._close(lease, 0)

    def pages(self, period: str) -> list[Page]:
        """All shards of a month."""
        return self.store.read(_ids(period, self._known(period)))

    def claim(self, period: str, percent: int) -> bool:
        """One conditional write, of a page of its own."""
        mark = {str(percent): Opened(0, 0, ())}
        return self.store.change(Change(announced_id(period), opens=mark)).done

    def _close(self, lease: Lease, actual: int) -> Page:
        name, lines = lease.ask.lease_id, lease.ask.purpose.lines
        add = dict.fromkeys(lines, actual - lease.ask.amount)
        changed = self.store.change(Change(lease.page, add=add, closes=(name,)))
        if changed.done:
            return changed.page
        # Settled before, or taken off its page long after it expired.
        self.store.change_all(dead_leases.settled(lease, add))
        return changed.page

    def _opened(self, period: str) -> Limits:
        """The limits, over as many pages as the month has: the first to ask decides, for all.

        A number that is configured anew in the middle of a month would leave pages unread, and
        give out their shares once more.
        """
        if period not in self._shards:
            wish = Change(shards_id(period), add={_SHARDS: self.limits.shards}, most={_SHARDS: 0})
            self._learn(period, self.store.change(wish).page.used[_SHARDS])
        return self._over(self._shards[period])

    def _known(self, period: str) -> int:
        """How many pages a month has, without opening one that nobody has spent in."""
        if period not in self._shards:
            (page,) = self.store.read([shards_id(period)])
            if _SHARDS not in page.used:
                return self.limits.shards
            self._learn(period, page.used[_SHARDS])
        return self._shards[period]

    def _learn(self, period: str, shards: int) -> None:
        self._shards[period] = shards
        if shards != self.limits.shards:
            self.heard(period, shards)

    def heard(self, period: str, shards: int) -> None:
        """Told once for each month that has another number of pages than is configured."""

    def _over(self, shards: int) -> Limits:
        if shards == self.limits.shards:
            return self.limits
        return self.limits.model_copy(update={"shards": shards})

    def _borrow(self, limits: Limits, own: Change, ask: Ask, now: datetime) -> Lease | Denial:
        period = period_of(now)
        ids = _ids(period, limits.shards)
        shard = ids.index(own.page)
        need = dict.fromkeys(ask.purpose.lines, ask.amount)
        for _ in range(_PLANS):
            pages = self.store.read(ids)
            if ask.lease_id in pages[shard].leases:
                return self._lease(ask, own, pages, now)
            taken = borrowing.takes(limits, pages, shard, need)
            if taken is None:
                return self._denial(ask, period, pages, now)
            if self.store.change_all(borrowing.changes(limits, ids, taken, own)):
                return self._lease(ask, own, pages, now)
        return self._denial(ask, period, pages, now)

    def _lease(self, ask: Ask, own: Change, pages: Sequence[Page], now: datetime) -> Lease:
        return Lease(ask, own.page, self._standing(period_of(now), pages, now))

    def _denial(self, ask: Ask, period: str, pages: Sequence[Page], now: datetime) -> Denial:
        at, lines = seconds(now), ask.purpose.lines
        left = borrowing.left(self.limits, pages, lines)
        line = min(left, key=lambda name: left[name])
        denial = Denial(
            limit=line,
            most=self.limits.on(lines)[line],
            left=left[line],
            pending=sum(page.reserved(line, at) for page in pages),
            standing=self._standing(period, pages, now),
        )
        if line != MONTH or denial.may_pass(ask.amount):
            return denial
        return replace(denial, standing=replace(denial.standing, state="stopped"))

    def _standing(self, period: str, pages: Sequence[Page], now: datetime) -> Standing:
        """From what this process saw of each page last: no reading just to know."""
        self._seen.update((page.id, page) for page in pages)
        # Not worth a reading either: a month that is settled in was reserved in, by this process.
        ids = _ids(period, self._shards.get(period, self.limits.shards))
        for name in set(self._seen) - set(ids):
            self._seen.pop(name, None)
        known = [page for page in map(self._seen.get, ids) if page is not None]
        return standing(self.limits, period, known or pages, seconds(now), len(ids))

    def _tidy(self, page: Page, at: int) -> None:
        """Give leases that died long ago pages of their own, where a late settlement finds them."""
        dead = dead_leases.on(page, at)
        if len(dead) >= dead_leases.MANY:
            # The lease at hand is worth more than tidiness, and the next one tidies as well.
            with suppress(Unavailable):
                self.store.change_all(dead_leases.retiring(page.id, dead, at))


def _ids(period: str, shards: int) -> list[str]:
    return [page_id(period, shard) for shard in range(shards)]
