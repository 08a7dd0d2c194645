"""What is worth doing next, by what a check-in shows: rules that a person can follow."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from labverse.revenue.checkin import Action, Anomaly, Spending
from labverse.revenue.report import MrrDay

_STALE = timedelta(days=3)
_GROWTH = Decimal("1.1")
_PLAIN = re.compile(r"\w[\w.-]*", re.ASCII)
"""Names that a shell takes as they are; they come from outside."""
_IMPORT = "kimi revenue import FILE"


def actions(
    today: MrrDay, unusual: Sequence[Anomaly], spend: Spending, last: date | None
) -> list[Action]:
    """The most urgent first."""
    if last is None:
        why = "The ledger is empty."
        return [Action(what="Bring your customers in.", why=why, command=_IMPORT)]
    return [*_of_days(today, unusual, last), *_of_ratios(today), *_of_spend(today, spend)]


def _of_days(today: MrrDay, unusual: Sequence[Anomaly], last: date) -> Iterator[Action]:
    if today.day - last > _STALE:
        why = f"MRR last moved on {last}."
        yield Action(what="See whether events still arrive.", why=why, command=_IMPORT)
    for one in unusual:
        why = f"{one.what} {one.amount:,.2f}; usual is {one.usual:,.2f}, at most {one.limit:,.2f}."
        if one.amount < one.usual:
            why = f"{one.what} {one.amount:,.2f}; usual is {one.usual:,.2f}."
        yield Action(what=f"Find out what happened on {one.day}.", why=why, command=None)


def _of_ratios(today: MrrDay) -> Iterator[Action]:
    if today.quick_ratio is not None and today.quick_ratio < 1:
        why = f"In 30 days, {today.quick_ratio:.2f} was won for each unit of MRR lost."
        yield Action(what="Stop what shrinks MRR before buying growth.", why=why, command=None)
    elif today.net_retention is not None and today.net_retention < 1:
        why = f"Net retention of 30 days is {today.net_retention:.1%}."
        yield Action(what="Look at why customers pay less or leave.", why=why, command=None)


def _of_spend(today: MrrDay, spend: Spending) -> Iterator[Action]:
    if spend.last_day is None:
        why = "Nothing is known of it, so no budget can be advised."
        yield Action(what="Tell what channels cost, day by day.", why=why, command=_IMPORT)
        return
    if today.day - spend.last_day > _STALE:
        why = f"The last spend that we know of is of {spend.last_day}."
        yield Action(what="Tell what channels cost since.", why=why, command=_IMPORT)
    for one in spend.channels:
        if one.month and not one.won:
            why = f"{one.month:,.2f} in 30 days won no new MRR."
            yield Action(what=f"Ask what {one.channel} is for.", why=why, command=None)
    active = [one.channel for one in spend.channels if one.month]
    if len(active) > 1 and today.mrr > 0:
        why = f"{spend.month:,.2f} was spent in 30 days."
        what = "See whether the money is where the next unit wins most."
        yield Action(what=what, why=why, command=_optimize(today.mrr * _GROWTH, active))


def _optimize(target: Decimal, channels: Sequence[str]) -> str | None:
    if not all(map(_PLAIN.fullmatch, channels)):
        return None
    return f"kimi revenue --target-mrr {_rounded(target):f} --channels {' '.join(channels)}"


def _rounded(amount: Decimal) -> Decimal:
    """Up to two digits that count: nobody aims at 10,783.41."""
    unit = Decimal(1).scaleb(amount.adjusted() - 1)
    return (amount / unit).to_integral_value(rounding="ROUND_CEILING") * unit
