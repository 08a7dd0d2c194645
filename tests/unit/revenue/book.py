"""A revenue ledger on a table in this process, and the stream that a test delivers as it likes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from labverse.adapters.dynamodb_book import DynamoBook
from labverse.adapters.dynamodb_revenue import event_of
from labverse.adapters.dynamodb_sums import DynamoSums
from labverse.adapters.dynamodb_timelines import DynamoTimelines
from labverse.kernel.model import Model
from labverse.revenue.applying import Applying
from labverse.revenue.attribution import attribute
from labverse.revenue.counting import Counting
from labverse.revenue.models import Event
from labverse.revenue.rates import Rates
from labverse.revenue.service import Attributing, Recording, Reporting
from tests.unit.revenue.table import Table

USD = Rates()
NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)


class Time:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        raise AssertionError("nobody measures durations here")


class Ledger:
    """All of revenue's use cases over one table."""

    def __init__(self, rates: Rates = USD, table: Table | None = None) -> None:
        self.table = Table() if table is None else table
        client: Any = self.table
        ids, self.time = count(), Time()
        self.told: list[Any] = []
        self.book = DynamoBook(
            "t",
            client,
            kept=timedelta(days=100),
            new_name=lambda: f"n{next(ids)}",
            pause=lambda _: None,
        )
        self.timelines = DynamoTimelines("t", client)
        self.sums = DynamoSums("t", client)
        self.record = Recording(self.book, rates, self.time)
        self.report = Reporting(self.sums, rates, self.time)
        self.attribution = Attributing(self.sums, attribute)
        self.applying = Applying(self.timelines, lambda _: None)
        self.count = Counting(self.applying, rates, self, lambda: ("id", NOW))

    def announce(self, event: Model) -> None:
        self.told.append(event)

    def new(self) -> list[Event]:
        """The stream: every event in the order in which it was kept."""
        return [event_of(item) for item in self.table.inserted if item["sk"]["S"] == "event"]

    def give(self, events: Sequence[Event]) -> Any:
        """Send events in as a client does, and have the stream deliver what is new of them."""
        seen = len(self.table.inserted)
        receipt = self.record([one.model_dump(mode="json") for one in events])
        fresh = self.table.inserted[seen:]
        self.count([event_of(item) for item in fresh if item["sk"]["S"] == "event"])
        return receipt
