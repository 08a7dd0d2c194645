"""What is answered about the ledger: money exact inside, and a JSON number at the very edge."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import Field, PlainSerializer, WithJsonSchema

from labverse.kernel.errors import FieldError, InvalidInput
from labverse.kernel.model import Model
from labverse.revenue.figures import Day, Series
from labverse.revenue.models import Event, Rejected

# A double holds every millionth up to 10^9, and every cent up to 10^13.
Money = Annotated[
    Decimal,
    PlainSerializer(float, return_type=float, when_used="json"),
    WithJsonSchema({"type": "number", "description": "In `currency`, at most 6 decimals"}),
]
LONGEST = timedelta(days=1100)
"""What is shown where no first day is asked for, at most."""
_MOST_ROWS = 15_000


class Receipt(Model):
    """What became of a batch. Of events with several bad fields, each has a line."""

    accepted: int
    duplicate: int
    rejected: list[Rejected]


class MrrDay(Model):
    """One day. A ratio over nothing is null."""

    day: date
    mrr: Money
    new: Money
    expansion: Money
    contraction: Money
    churn: Money
    reactivation: Money
    revaluation: Money = Field(description="What exchange rates alone did to MRR.")
    customers: int = Field(description="Who pay at the end of the day.")
    arpa: Money | None = Field(description="MRR per paying customer.")
    quick_ratio: float | None = Field(description="Last 30 days: MRR gained over MRR lost.")
    net_retention: float | None = Field(description="Of the MRR 30 days ago.")
    gross_retention: float | None = Field(description="Of the MRR 30 days ago, without expansion.")
    weekly_growth: float | None


class MrrReport(Model):
    """Daily figures in the base currency. Days are days in UTC."""

    currency: str
    as_of: datetime
    days: list[MrrDay] = Field(description="Of everything together.")
    by: str | None = Field(description="plan, channel or segment, where asked for.")
    groups: dict[str, list[MrrDay]] = Field(description="The same for each value of it.")


class AttributionReport(Model):
    """Conversions by channel; what every method shares out is the same total."""

    method: str
    total: float = Field(description="Customers who came.")
    conversions: dict[str, float]


class EventsPage(Model):
    """Events as they are kept: customers under names that mean nothing."""

    events: list[Event]
    unreadable: list[str] = Field(description="Ids of records that have to be mended first.")
    next: str | None = Field(description="`after` of the next page; null on the last.")


class Erased(Model):
    """Whether anything was kept that named the customer. Sums stay as they were."""

    erased: bool


def shown(found: Mapping[str, Series], first: date, last: date) -> dict[str, list[MrrDay]]:
    """The days from `first` to `last` of each. Raises InvalidInput where that is too many."""
    length = (last - first).days + 1
    if length < 1:
        raise InvalidInput("no days", [FieldError(field="to", message="is before `from`")])
    if length * len(found) > _MOST_ROWS:
        message = f"{length} days of {len(found)} groups: ask for fewer days"
        raise InvalidInput("too many days", [FieldError(field="from", message=message)])
    days = [first + timedelta(days=at) for at in range(length)]
    return {value: [_day(series.on(day)) for day in days] for value, series in found.items()}


def _day(day: Day) -> MrrDay:
    return MrrDay(**asdict(day))
