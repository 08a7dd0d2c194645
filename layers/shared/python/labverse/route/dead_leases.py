"""Leases that died long ago leave their page, which would grow with them, and can be settled still.

Their money stays where it is, in use; what they were is written down elsewhere, and the page counts
what of it is only presumed.
"""

from collections.abc import Mapping

from labverse.route.ledger import Lease
from labverse.route.page import LEASES, Change, Opened, Page, presumed_line

# A page that drags dead leases along is a larger and dearer write; a settlement may be this late
# before it needs a transaction.
MANY, _SECONDS = 16, 900
_KEPT_SECONDS = 62 * 86_400


def on(page: Page, at: int) -> dict[str, Opened]:
    """Those on `page`."""
    return {name: one for name, one in page.leases.items() if one.expires + _SECONDS < at}


def retiring(page: str, dead: Mapping[str, Opened], at: int) -> list[Change]:
    """Give the first of them items of their own: one transaction."""
    some = dict(list(dead.items())[:MANY])
    presumed = {presumed_line(LEASES): len(some)}
    for one in some.values():
        for line in map(presumed_line, one.lines):
            presumed[line] = presumed.get(line, 0) + one.amount
    return [
        Change(page, add=presumed, closes=tuple(some)),
        *(
            Change(_item(name), opens={name: one}, until=at + _KEPT_SECONDS)
            for name, one in some.items()
        ),
    ]


def settled(lease: Lease, add: Mapping[str, int]) -> list[Change]:
    """Put `add` right for one that has an item of its own; nothing where it has none."""
    name = lease.ask.lease_id
    less = {presumed_line(line): -lease.ask.amount for line in lease.ask.purpose.lines}
    less[presumed_line(LEASES)] = -1
    return [Change(_item(name), closes=(name,)), Change(lease.page, add={**add, **less})]


def _item(lease_id: str) -> str:
    return f"lease#{lease_id}"
