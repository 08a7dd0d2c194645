"""What revenue tells the bus. Version 1 of each only grows; none names a customer."""

from datetime import date, datetime

from pydantic import Field

from labverse.kernel.model import Model
from labverse.revenue.report import Money


class DayChanged(Model):
    """By how much the movements of one day changed MRR, at that day's rates."""

    day: date
    change: Money


class MrrChanged(Model):
    """Event, version 1: days of the ledger changed. At most one for each batch that was counted."""

    event_id: str
    occurred_at: datetime
    currency: str
    days: list[DayChanged] = Field(description="Late events and corrections change days gone by.")
