"""The MRR ledger: from events to daily figures, exact, whatever the order of arrival.

Balances are kept in their own currency and valued at each day's rate, so that a customer who
leaves at another rate than he came at leaves nothing behind; what rates alone did is shown as
`revaluation`. Movements are valued at the rate of their own day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from labverse.kernel.errors import FieldError, InvalidInput
from labverse.revenue.deltas import Deltas, deltas, resolve
from labverse.revenue.figures import Series
from labverse.revenue.models import Event, Parsed, parse
from labverse.revenue.rates import Rates
from labverse.revenue.table import Table

_BASE_ONLY = Rates()


@dataclass(frozen=True)
class Mrr:
    """Daily MRR as a whole and by plan, channel and segment. Two are equal if their figures are."""

    currency: str
    total: Series | None
    """None where nothing ever happened."""
    by_plan: dict[str, Series]
    by_channel: dict[str, Series]
    by_segment: dict[str, Series]
    unmatched: tuple[str, ...] = field(default=())
    """Reversals whose movement has not arrived; they will count once it does."""
    conflicts: tuple[str, ...] = field(default=())
    """Ids under which different events came."""


def rollup(events: Iterable[Event | Mapping[str, Any]], rates: Rates = _BASE_ONLY) -> Mrr:
    """The ledger's figures from all of its events, in any order and any number of times.

    Takes events as `parse` accepts them, or mappings that it reads by itself. Raises InvalidInput
    for a mapping that is no event (`parse` sorts a batch instead) and for a missing rate.
    """
    given = list(events)
    raw = [one for one in given if isinstance(one, Mapping)]
    ready = [one for one in given if not isinstance(one, Mapping)]
    found = resolve(ready + list(_accepted(parse(raw))))
    return figures(
        deltas(found.movements), rates, unmatched=found.unmatched, conflicts=found.conflicts
    )


def figures(
    sums: Deltas,
    rates: Rates = _BASE_ONLY,
    *,
    unmatched: tuple[str, ...] = (),
    conflicts: tuple[str, ...] = (),
) -> Mrr:
    """The figures of deltas however they were added up. Raises InvalidInput for a missing rate."""
    table = Table.of(sums)
    total = table.series(None, rates)
    plan, channel, segment = (table.series(name, rates) for name in ("plan", "channel", "segment"))
    return Mrr(rates.base, total.get(""), plan, channel, segment, unmatched, conflicts)


def _accepted(parsed: Parsed) -> tuple[Event, ...]:
    if parsed.rejected:
        errors = [
            FieldError(field=f"events[{one.index}].{one.field}", message=one.message)
            for one in parsed.rejected[:20]
        ]
        raise InvalidInput(f"{len(parsed.rejected)} bad fields in events", errors)
    return parsed.accepted
