"""Stripe's CSV exports of subscriptions and invoices, as revenue events.

A subscription says who pays for what, from when, at what interval, and until when; its invoices
say how much it was over time. Without invoices it has always been what it is today.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from labverse.revenue.stripe_rows import Bad, Invoice, Row, Subscription

_NEVER_PAID = frozenset({"incomplete", "incomplete_expired", "trialing"})


@dataclass(frozen=True)
class Converted:
    """What one row came to: an event, or what is wrong with it."""

    row: Row
    event: dict[str, Any] | None = None
    bad: Bad | None = None


@dataclass(frozen=True)
class _Step:
    """By how much one subscription's MRR changes at a moment."""

    id: str
    at: datetime
    by: Decimal
    of: Subscription
    row: Row


def convert(subscriptions: Iterable[Row], invoices: Iterable[Row]) -> Iterator[Converted]:
    """The bad rows first, then the events of each customer in the order of time.

    The same export gives the same events under the same ids, whatever the order of its rows.
    """
    known, bad = _read(subscriptions, Subscription)
    paid, worse = _read(invoices, Invoice)
    bills: dict[str, list[Invoice]] = defaultdict(list)
    names = {one.id for one in known}
    for bill in paid:
        if bill.subscription in names:
            bills[bill.subscription].append(bill)
        elif bill.subscription:
            told = Bad("Subscription", f"{bill.subscription} is not among the subscriptions")
            worse.append(Converted(bill.row, bad=told))
    yield from bad
    yield from worse
    steps: dict[str, list[_Step]] = defaultdict(list)
    for one in known:
        if one.status not in _NEVER_PAID:
            steps[one.customer] += _steps(one, bills[one.id])
    for customer in steps:
        yield from _events(steps[customer])


def _read(rows: Iterable[Row], kind: type[Any]) -> tuple[list[Any], list[Converted]]:
    good, bad = [], []
    for row in rows:
        try:
            good.append(kind.of(row))
        except Bad as error:
            bad.append(Converted(row, bad=error))
    return good, bad


def _steps(one: Subscription, bills: list[Invoice]) -> Iterator[_Step]:
    """From nothing, through every change, back to nothing where it has ended."""
    level = Decimal(0)
    until = one.ended
    for id_, at, gross, row in _levels(one, bills):
        monthly = one.monthly(gross)
        if monthly != level and (until is None or at < until):
            yield _Step(id_, at, monthly - level, one, row)
            level = monthly
    if level and until is not None:
        yield _Step(f"stripe:{one.id}:end", until, -level, one, one.row)


def _levels(
    one: Subscription, bills: list[Invoice]
) -> Iterator[tuple[str, datetime, Decimal, Row]]:
    if not bills:
        yield f"stripe:{one.id}:start", one.started, one.amount, one.row
    for bill in sorted(bills, key=lambda bill: (bill.at, bill.id)):
        yield f"stripe:{bill.id}", bill.at, bill.amount, bill.row


def _events(steps: list[_Step]) -> Iterator[Converted]:
    """What a step is depends on what else the customer pays at that moment.

    What begins comes before what ends: who changes a subscription for another does not leave.
    """
    level: dict[str, Decimal] = defaultdict(Decimal)
    came = False
    for step in sorted(steps, key=lambda one: (one.at, -one.by, one.id)):
        before = any(level.values())
        level[step.of.currency] += step.by
        if step.by > 0:
            kind = "expansion" if before else "reactivation" if came else "new"
        else:
            kind = "contraction" if any(level.values()) else "churn"
        came = True
        yield Converted(step.row, event=_event(step, kind))


def _event(step: _Step, kind: str) -> dict[str, Any]:
    one = step.of
    return {
        "id": step.id,
        "kind": kind,
        "customer": one.customer,
        "plan": one.plan,
        "channel": one.channel,
        "segment": one.segment,
        "amount": f"{abs(step.by):f}",
        "currency": one.currency,
        "effective_at": step.at.isoformat(),
    }
