"""Money is reserved before it is spent, and never more of it than the limits let: the words.

`reserve` takes the worst case of a call, `settle` puts what it really cost in its place. Whoever
dies in between leaves a lease behind: once expired it counts as spent, until a late settlement
corrects it. So the ledger is never below what providers billed, wherever a process was killed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from labverse.route.limits import MONTH, Limits, Purpose, micro
from labverse.route.page import Page

State = Literal["ok", "warned", "stopped"]
"""`warned`: the lowest threshold is reached. `stopped`: what was asked for is not there."""


@dataclass(frozen=True)
class Ask:
    """The worst case of one call, in micro-dollars. `lease_id` is new for each call."""

    lease_id: str
    amount: int
    purpose: Purpose


@dataclass(frozen=True)
class Standing:
    """How a month stands, in micro-dollars."""

    period: str
    limit: int
    spent: int
    reserved: int
    state: State


@dataclass(frozen=True)
class Lease:
    """Money that was taken for one call; it belongs to the month it was taken in."""

    ask: Ask
    page: str
    standing: Standing


@dataclass(frozen=True)
class Denial:
    """There is not enough left. `limit` is the tightest one; `left` fits all of them.

    `pending` is what other leases hold of that limit, and may give back.
    """

    limit: str
    most: int
    left: int
    pending: int
    standing: Standing

    def may_pass(self, amount: int) -> bool:
        """Whether so much may be there again once other leases are settled."""
        return amount <= self.left + self.pending


class Ledger(Protocol):
    """Where money is kept. Every method may raise Unavailable; none ever gives out too much."""

    @property
    def limits(self) -> Limits:
        """What it may give out."""
        ...

    def reserve(self, ask: Ask, now: datetime) -> Lease | Denial:
        """Take the worst case, or say which limit is in the way."""
        ...

    def settle(self, lease: Lease, actual: int, now: datetime) -> Standing:
        """Put `actual` in the place of the worst case; the same lease again changes nothing."""
        ...

    def release(self, lease: Lease) -> None:
        """Give all of it back. Only for a call that is known not to be billed."""
        ...

    def pages(self, period: str) -> list[Page]:
        """A month, as it is now."""
        ...

    def claim(self, period: str, percent: int) -> bool:
        """Whether nobody claimed this threshold of that month before."""
        ...


def page_id(period: str, shard: int) -> str:
    """The name of a month's page."""
    return f"{period}#{shard}"


def announced_id(period: str) -> str:
    """The name of the item that says which thresholds of a month are announced."""
    return f"{period}#announced"


def shards_id(period: str) -> str:
    """The name of the item that says how many pages a month has."""
    return f"{period}#shards"


def seconds(moment: datetime) -> int:
    """Whole seconds since 1970."""
    return int(moment.timestamp())


def standing(
    limits: Limits, period: str, pages: Sequence[Page], at: int, shards: int | None = None
) -> Standing:
    """How a month stands, by all of its pages.

    Of `shards` pages, those that are not given count as the average of those that are.
    """
    of = shards or len(pages)
    spent = sum(page.spent(MONTH, at) for page in pages) * of // len(pages)
    reserved = sum(page.reserved(MONTH, at) for page in pages) * of // len(pages)
    limit = micro(limits.per_month_usd)
    lowest = min(limits.thresholds_percent, default=100)
    state: State = "warned" if spent * 100 >= limit * lowest else "ok"
    return Standing(period, limit, spent, reserved, "stopped" if spent >= limits.stop else state)
