"""Rows of Stripe's CSV exports, read column by column; every bad cell is named."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

_INTERVAL = re.compile(r"(?:every )?(\d+)? ?(day|week|month|year)s?")
_A_YEAR = {"day": 365, "week": 52, "month": 12, "year": 1}
_MICRO = Decimal("0.000001")
_CENTS = re.compile(r"-?\d+,\d{1,2}")
SUBSCRIPTIONS = frozenset({"id", "Customer ID", "Status", "Interval", "Amount", "Currency"})
INVOICES = frozenset({"id", "Customer", "Subscription", "Currency", "Date (UTC)", "Total"})
"""Columns without which it is no such export."""


class Bad(ValueError):
    """A cell that cannot be used."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field, self.message = field, message


class Row(NamedTuple):
    """One row, and where it stands."""

    file: str
    line: int
    cells: Mapping[str, str]

    def text(self, *names: str, default: str = "") -> str:
        """The first of these columns that says something."""
        found = (str(self.cells.get(name) or "").strip() for name in names)
        return next((text for text in found if text), default)

    def needed(self, *names: str) -> str:
        """The same. Raises Bad where none does."""
        text = self.text(*names)
        if not text:
            raise Bad(names[0], "is missing")
        return text

    def moment(self, *names: str) -> datetime | None:
        """UTC, as all of Stripe's columns are. Raises Bad."""
        text = self.text(*names)
        if not text:
            return None
        try:
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
        except ValueError:
            raise Bad(names[0], f"{text[:40]!r} is no date") from None

    def number(self, name: str, default: str = "") -> Decimal:
        """Thousands may be parted by commas, or cents be. Raises Bad."""
        text = self.text(name, default=default)
        plain = text.replace(",", "." if _CENTS.fullmatch(text) else "")
        try:
            number = Decimal(plain)
        except InvalidOperation:
            raise Bad(name, f"{text[:40]!r} is no number") from None
        if not number.is_finite():
            raise Bad(name, f"{text[:40]!r} is no amount")
        return number


@dataclass(frozen=True)
class Subscription:
    """Who pays for what, how often and how long."""

    row: Row
    id: str
    customer: str
    plan: str
    channel: str
    segment: str
    currency: str
    status: str
    amount: Decimal
    """Of one interval, for all of its units."""
    yearly: Decimal
    """Intervals in a year."""
    started: datetime
    """When the trial was over, where there was one."""
    ended: datetime | None

    @classmethod
    def of(cls, row: Row) -> "Subscription":
        """Raises Bad."""
        status = row.needed("Status").lower()
        began = row.moment("Start (UTC)", "Start Date (UTC)", "Created (UTC)")
        if began is None:
            raise Bad("Start (UTC)", "is missing")
        trial = row.moment("Trial End (UTC)")
        # Canceled and still active: it ends with its period, and a later export will say so.
        canceled = ("Canceled At (UTC)",) if status == "canceled" else ()
        return cls(
            row=row,
            id=row.needed("id"),
            customer=row.needed("Customer ID"),
            plan=row.text("Plan", "Product", default="unknown")[:64],
            channel=row.text("channel (metadata)", default="unknown")[:64],
            segment=row.text("segment (metadata)", default="unknown")[:64],
            currency=row.needed("Currency").upper(),
            status=status,
            amount=row.number("Amount") * row.number("Quantity", "1"),
            yearly=_yearly(row),
            started=max(began, trial) if trial else began,
            ended=row.moment("Ended At (UTC)", *canceled),
        )

    def monthly(self, amount: Decimal) -> Decimal:
        """What an amount of one interval is a month, to the millionth."""
        return (amount * self.yearly / 12).quantize(_MICRO)


@dataclass(frozen=True)
class Invoice:
    """What was paid once; `subscription` is empty where it was for none."""

    row: Row
    id: str
    subscription: str
    at: datetime
    amount: Decimal
    """Without tax."""

    @classmethod
    def of(cls, row: Row) -> "Invoice":
        """Raises Bad. One that nobody has paid is for no subscription."""
        paid = row.text("Status").lower() == "paid" or row.text("Paid").lower() == "true"
        at = row.moment("Date (UTC)")
        if at is None:
            raise Bad("Date (UTC)", "is missing")
        amount = row.number("Total") - row.number("Tax", "0")
        subscription = row.text("Subscription") if paid and amount > 0 else ""
        return cls(row, row.needed("id"), subscription, at, amount)


def _yearly(row: Row) -> Decimal:
    text = row.needed("Interval").lower()
    found = _INTERVAL.fullmatch(text)
    if found is None:
        raise Bad("Interval", f"{text[:40]!r} is none that we know")
    count = int(found[1] or row.number("Interval Count", "1"))
    if count < 1:
        raise Bad("Interval", "must be 1 or more")
    return Decimal(_A_YEAR[found[2]]) / count
