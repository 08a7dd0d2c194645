"""How a page that has too little left takes the rest from others, in one go."""

from collections.abc import Mapping, Sequence

from labverse.route.limits import Limits
from labverse.route.page import Change, Page

Takes = dict[int, dict[str, int]]
"""What is taken from whom: shard, line, micro-dollars."""


def left(limits: Limits, pages: Sequence[Page], lines: Sequence[str]) -> dict[str, int]:
    """What all pages together have left, by line that carries a limit; loans cancel out."""
    return {
        line: limit - sum(page.used.get(line, 0) for page in pages)
        for line, limit in limits.on(lines).items()
    }


def takes(
    limits: Limits, pages: Sequence[Page], shard: int, need: Mapping[str, int]
) -> Takes | None:
    """From whom `shard` takes what it needs beyond its own share; None where it is not there.

    Whoever has most gives first, and gives half of it where that is more: the next reservation
    then finds something, too.
    """
    taken: Takes = {}
    for line, limit in limits.on(need).items():
        free = [
            limits.share(limit, index) - page.used.get(line, 0) for index, page in enumerate(pages)
        ]
        short = need[line] - free[shard]
        donors = sorted(set(range(len(pages))) - {shard}, key=lambda index: -free[index])
        for donor in donors:
            if short <= 0 or free[donor] <= 0:
                break
            given = min(free[donor], max(short, free[donor] // 2))
            taken.setdefault(donor, {})[line] = given
            short -= given
        if short > 0:
            return None
    return taken


def changes(limits: Limits, ids: Sequence[str], taken: Takes, own: Change) -> list[Change]:
    """`own`, with the loans it needs: one transaction over the pages `ids`."""
    gained: dict[str, int] = {}
    lends = []
    for donor, parts in taken.items():
        most = {
            line: limits.share(limits.on([line])[line], donor) - given
            for line, given in parts.items()
        }
        lends.append(Change(ids[donor], add=parts, lend=parts, most=most))
        for line, given in parts.items():
            gained[line] = gained.get(line, 0) + given
    borrower = Change(
        own.page,
        add={line: amount - gained.get(line, 0) for line, amount in own.add.items()},
        lend={line: -given for line, given in gained.items()},
        most={line: bound + gained.get(line, 0) for line, bound in own.most.items()},
        opens=own.opens,
    )
    return [borrower, *lends]
