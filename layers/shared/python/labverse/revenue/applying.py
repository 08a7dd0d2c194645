"""From kept events to rows: each counts exactly once, however often and in whatever order it comes.

A customer's timeline remembers which events it holds, and changes together with the rows. What
does not fit into one transaction is owed: written down with the timeline, and paid off after.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from labverse.kernel.errors import Unavailable
from labverse.revenue.models import Event, Reversal
from labverse.revenue.ports import Held, Timelines, Write
from labverse.revenue.timeline import Change, Entry, RowKey, changes, owner_of

MOST = 90
"""Items that one transaction changes, pages and heads included; DynamoDB takes 100."""
PAGE = 60
"""Entries that a timeline keeps at hand before they become a page."""
_TOGETHER = 40
_TRIES = 40
Pause = Callable[[int], None]


class Applying:
    """The use case of the stream."""

    def __init__(self, store: Timelines, pause: Pause) -> None:
        """`pause(attempt)` waits a little, longer each time, after somebody else was first."""
        self._store, self._pause = store, pause

    def __call__(self, events: Sequence[Event]) -> list[Change]:
        """Count `events`. Returns what changed in rows and paths; raises Unavailable."""
        wanted = self._by_customer(events)
        names = list(wanted)
        done: list[Change] = []
        for start in range(0, len(names), _TOGETHER):
            done += self._together(
                {name: wanted[name] for name in names[start : start + _TOGETHER]}
            )
        return done

    def _by_customer(self, events: Sequence[Event]) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = defaultdict(list)
        counted = [one for one in events if not isinstance(one, Reversal)]
        early = self._store.early([one.id for one in counted])
        for one in counted:
            found[owner_of(one)].append(Entry.of(one))
            if one.id in early:
                found[owner_of(one)].append(Entry(one.id, "reversal"))
        for reversal in (one for one in events if isinstance(one, Reversal)):
            target = self._target(reversal)
            if target is not None and not isinstance(target, Reversal):
                found[owner_of(target)].append(Entry.of(reversal))
        return found

    def _target(self, reversal: Reversal) -> Event | None:
        """What is taken back; None where it has not come, and the reversal waits for it."""
        for _ in range(2):
            target = self._store.events([reversal.reverses]).get(reversal.reverses)
            if target is not None or self._store.wait(reversal.reverses):
                return target
        raise Unavailable(f"{reversal.reverses} is neither there nor not there")

    def _together(self, wanted: Mapping[str, list[Entry]]) -> list[Change]:
        """As many customers in a transaction as fit; who was changed by somebody else, again."""
        done: list[Change] = []
        left, refused = wanted, 0
        while left:
            if refused > _TRIES:
                raise Unavailable("others keep changing the same customers")
            held = self._store.load(list(left))
            writes = (_write(name, held[name], more) for name, more in left.items())
            again: dict[str, list[Entry]] = {}
            for pack in _packed([write for write in writes if write]):
                if self._store.commit(pack):
                    done += [change for write in pack for change in write.changes]
                    again |= {write.customer: [] for write in pack if write.after.owed}
                else:
                    again |= {write.customer: left[write.customer] for write in pack}
                    self._pause(refused)
                    refused += 1
            left = again
        return done


def _packed(writes: Sequence[Write]) -> Iterator[list[Write]]:
    """Packs of one transaction each. Neighbours in time change the same rows, so lie together."""
    pack: list[Write] = []
    rows: set[object] = set()
    heads = 0
    for write in sorted(map(_fitting, writes), key=_first_day):
        more = {change.row for change in write.changes}
        items = 1 + write.after.pages - write.before.pages
        if pack and heads + items + len(rows | more) > MOST:
            yield pack
            pack, rows, heads = [], set(), 0
        pack, rows, heads = [*pack, write], rows | more, heads + items
    if pack:
        yield pack


def _first_day(write: Write) -> int:
    days = (change.row.day for change in write.changes if isinstance(change.row, RowKey))
    return min(days, default=0)


def _write(name: str, held: Held, more: list[Entry]) -> Write | None:
    """Everything that `more` does to a customer, or None where it is all known and paid."""
    timeline = held.timeline.plus(more)
    due = (*held.owed, *changes(held.timeline, timeline))
    if timeline == held.timeline and not due:
        return None
    after = replace(held, timeline=timeline, owed=(), version=held.version + 1)
    if len(timeline.entries) - held.paged > PAGE:
        after = replace(after, paged=len(timeline.entries), pages=held.pages + 1)
    return Write(name, held, after, due)


def _fitting(write: Write) -> Write:
    """As many changes as fit beside the customer; the rest is owed."""
    rows: dict[RowKey | tuple[str, ...], None] = {}
    now: list[Change] = []
    later: list[Change] = []
    for change in write.changes:
        if change.row in rows or len(rows) < MOST - 2:
            rows[change.row] = None
            now.append(change)
        else:
            later.append(change)
    after = replace(write.after, owed=tuple(later))
    return replace(write, after=after, changes=tuple(now))


def merged(found: Iterable[Change]) -> dict[RowKey | tuple[str, ...], dict[str, int]]:
    """What each row or path gains in all, by field."""
    sums: dict[RowKey | tuple[str, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row, name, by in found:
        sums[row][name] += by
    return sums
