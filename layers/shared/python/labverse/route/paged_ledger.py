"""The ledger over pages: one write to reserve, one to settle, wherever the pages are kept."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from labverse.kernel.errors import Unavailable
from labverse.route import borrowing
from labverse.route.ledger import Ask, Denial, Lease, Standing, page_id, seconds, standing
from labverse.route.limits import MONTH, Limits, period_of
from labverse.route.page import Change, Opened, Page, Pages

# How often a reservation that needs loans is planned anew, when others were faster.
_PLANS = 4
# A page that drags dead leases along is a larger and dearer write; a settlement may be this late
# before it needs a transaction.
_DEAD_LEASES, _DEAD_SECONDS = 16, 900
_KEPT_SECONDS = 62 * 86_400


@dataclass(frozen=True)
class PagedLedger:
    """`Ledger` over pages; safe from many threads and processes wherever the pages are."""

    store: Pages
    limits: Limits = field(default_factory=Limits)
    _seen: dict[str, Page] = field(default_factory=dict, repr=False)

    def reserve(self, ask: Ask, now: datetime) -> Lease | Denial:
        """One write, where the page has enough; else it borrows, or there is nothing left."""
        if ask.amount < 0:
            raise ValueError("a call costs nothing or something")
        shard = int(ask.lease_id[:8], 16) % self.limits.shards
        period = period_of(now)
        expires = seconds(now) + self.limits.lease_seconds
        own = Change(
            page_id(period, shard),
            add=dict.fromkeys(ask.purpose.lines, ask.amount),
            most={
                line: self.limits.share(limit, shard) - ask.amount
                for line, limit in self.limits.on(ask.purpose.lines).items()
            },
            opens={ask.lease_id: Opened(ask.amount, expires, ask.purpose.lines)},
        )
        changed = self.store.change(own)
        # A write that was sent again after its answer got lost finds its own lease.
        if changed.done or ask.lease_id in changed.page.leases:
            self._tidy(changed.page, seconds(now))
            return self._lease(ask, own, [changed.page], now)
        if self.limits.shards == 1:
            return self._denial(ask, period, [changed.page], now)
        return self._borrow(own, ask, shard, now)

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
        return self.store.read([page_id(period, shard) for shard in range(self.limits.shards)])

    def claim(self, period: str, percent: int) -> bool:
        """One conditional write, of a page of its own."""
        mark = {str(percent): Opened(0, 0, ())}
        return self.store.change(Change(f"{period}#announced", opens=mark)).done

    def _close(self, lease: Lease, actual: int) -> Page:
        name = lease.ask.lease_id
        add = dict.fromkeys(lease.ask.purpose.lines, actual - lease.ask.amount)
        changed = self.store.change(Change(lease.page, add=add, closes=(name,)))
        if changed.done:
            return changed.page
        # Settled before, or taken off its page long after it expired.
        put_right = [Change(_retired(name), closes=(name,)), Change(lease.page, add=add)]
        self.store.change_all(put_right)
        return changed.page

    def _borrow(self, own: Change, ask: Ask, shard: int, now: datetime) -> Lease | Denial:
        period = period_of(now)
        ids = [page_id(period, index) for index in range(self.limits.shards)]
        need = dict.fromkeys(ask.purpose.lines, ask.amount)
        for _ in range(_PLANS):
            pages = self.store.read(ids)
            if ask.lease_id in pages[shard].leases:
                return self._lease(ask, own, pages, now)
            taken = borrowing.takes(self.limits, pages, shard, need)
            if taken is None:
                return self._denial(ask, period, pages, now)
            if self.store.change_all(borrowing.changes(self.limits, ids, taken, own)):
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
        ids = [page_id(period, shard) for shard in range(self.limits.shards)]
        for name in set(self._seen) - set(ids):
            self._seen.pop(name, None)
        known = [page for page in map(self._seen.get, ids) if page is not None]
        return standing(self.limits, period, known or pages, seconds(now))

    def _tidy(self, page: Page, at: int) -> None:
        """Give leases that died long ago pages of their own, where a late settlement finds them."""
        dead = {name: one for name, one in page.leases.items() if one.expires + _DEAD_SECONDS < at}
        if len(dead) >= _DEAD_LEASES:
            # The lease at hand is worth more than tidiness, and the next one tidies as well.
            with suppress(Unavailable):
                self.store.change_all(_retiring(page.id, dead, at))


def _retiring(page: str, dead: Mapping[str, Opened], at: int) -> list[Change]:
    """Their money stays where it is, in use; only what they were is written down elsewhere."""
    some = dict(list(dead.items())[:_DEAD_LEASES])
    return [
        Change(page, closes=tuple(some)),
        *(
            Change(_retired(name), opens={name: one}, until=at + _KEPT_SECONDS)
            for name, one in some.items()
        ),
    ]


def _retired(lease_id: str) -> str:
    return f"lease#{lease_id}"
