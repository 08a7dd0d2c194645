"""Pages of the ledger: what one write changes at once, and what can be read off it.

A page holds, by line (`month`, `provider:openai`, …), how much is in use: spent, reserved, or lent
to another page. It holds its open leases too. So one conditional write of one page checks every
limit, takes the money and remembers for whom: no two writes that a crash could part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

_RETIRED = "presumed:"
"""Before a line: what of it leases held that were taken off the page, expired and not settled."""


LEASES = "leases"
"""Behind it, in the place of a line: how many those leases are."""


def presumed_line(line: str) -> str:
    """The line that counts what is presumed spent of `line` by leases that are elsewhere now."""
    return _RETIRED + line


@dataclass(frozen=True)
class Opened:
    """A lease as its page keeps it. Micro-dollars; `expires` in seconds since 1970."""

    amount: int
    expires: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """One page as it was read."""

    id: str
    used: Mapping[str, int] = field(default_factory=dict)
    lent: Mapping[str, int] = field(default_factory=dict)
    leases: Mapping[str, Opened] = field(default_factory=dict)

    def reserved(self, line: str, at: int) -> int:
        """What leases hold that may still be settled for less."""
        leases = self.leases.values()
        return sum(one.amount for one in leases if at < one.expires and line in one.lines)

    def spent(self, line: str, at: int) -> int:
        """What was settled, and what expired leases held: that is presumed spent."""
        return self.used.get(line, 0) - self.lent.get(line, 0) - self.reserved(line, at)

    def expired(self, at: int) -> list[Opened]:
        """Leases on this page that nobody settled in time."""
        return [one for one in self.leases.values() if one.expires <= at]

    def presumed(self, line: str, at: int) -> int:
        """What of `spent` nobody settled: a late settlement can only make it less."""
        here = sum(one.amount for one in self.expired(at) if line in one.lines)
        return here + self.used.get(presumed_line(line), 0)

    def unsettled(self, at: int) -> int:
        """How many leases that is."""
        return len(self.expired(at)) + self.used.get(presumed_line(LEASES), 0)


@dataclass(frozen=True)
class Change:
    """What to do with one page: all of it, or nothing where a condition does not hold.

    `most` bounds what is in use before the change, by line. `opens` must not be on the page yet,
    `closes` must be. `until`: the page goes at that time, in seconds since 1970.
    """

    page: str
    add: Mapping[str, int] = field(default_factory=dict)
    lend: Mapping[str, int] = field(default_factory=dict)
    most: Mapping[str, int] = field(default_factory=dict)
    opens: Mapping[str, Opened] = field(default_factory=dict)
    closes: tuple[str, ...] = ()
    until: int | None = None

    def holds(self, page: Page) -> bool:
        """Whether the conditions hold on `page`."""
        return (
            all(page.used.get(line, 0) <= bound for line, bound in self.most.items())
            and not (self.opens.keys() & page.leases.keys())
            and page.leases.keys() >= set(self.closes)
        )

    def applied(self, page: Page) -> Page:
        """`page` after the change."""
        leases = {**page.leases, **self.opens}
        for name in self.closes:
            del leases[name]
        return Page(page.id, _sum(page.used, self.add), _sum(page.lent, self.lend), leases)


def _sum(these: Mapping[str, int], those: Mapping[str, int]) -> dict[str, int]:
    return {**these, **{name: these.get(name, 0) + by for name, by in those.items()}}


@dataclass(frozen=True)
class Changed:
    """Whether it was done, and the page: as it is now, or as it was where it was not done."""

    done: bool
    page: Page


class Pages(Protocol):
    """Where pages are kept. Each raises Unavailable; then it may have been done, or not."""

    def change(self, change: Change) -> Changed:
        """Change one page, at once."""
        ...

    def change_all(self, changes: Sequence[Change]) -> bool:
        """Change several pages at once; False, with nothing changed, where that cannot be."""
        ...

    def read(self, ids: Sequence[str]) -> list[Page]:
        """The pages as they are now, in that order; one that was never changed is empty."""
        ...
