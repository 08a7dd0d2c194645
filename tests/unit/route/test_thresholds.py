"""Thresholds of a budget: announced once each a month, however many see them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from labverse.kernel.errors import Unavailable
from labverse.route.events import BudgetThresholdReached
from labverse.route.ledger import Ask, Denial, Lease, Ledger
from labverse.route.page import Page
from labverse.route.thresholds import AnnouncingLedger
from tests.unit.route.fake_means import FakeClock
from tests.unit.route.fakes import FakeAnnouncer
from tests.unit.route.ledgers import OPENAI, ledger, limits


class Office:
    """One ledger, one bus, and as many processes as a test wants."""

    def __init__(self, shards: int = 1) -> None:
        bounds = limits(1000, shards).model_copy(update={"stop_percent": 90})
        self.book: Ledger = ledger("memory", bounds)
        self.bus, self.clock, self.asked = FakeAnnouncer(), FakeClock(), 0

    def process(self, book: Ledger | None = None) -> AnnouncingLedger:
        return AnnouncingLedger(book or self.book, self.bus, self.clock, lambda: "id")

    def spend(self, process: AnnouncingLedger, amount: int) -> Lease | Denial:
        self.asked += 1
        ask = Ask(f"{self.asked * 2654435761 % 2**32:08x}", amount, OPENAI)
        found = process.reserve(ask, self.clock.now())
        if isinstance(found, Lease):
            process.settle(found, amount, self.clock.now())
        return found

    @property
    def told(self) -> list[tuple[str, int]]:
        events = self.bus.events
        assert all(isinstance(event, BudgetThresholdReached) for event in events)
        return [(event.period, event.threshold_percent) for event in events]


@pytest.mark.parametrize("shards", [1, 16])
def test_each_is_announced_once_by_whoever_sees_it_first(shards: int) -> None:
    office = Office(shards)
    processes = [office.process() for _ in range(4)]
    for turn in range(100):
        office.spend(processes[turn % 4], 10)
    assert office.told == [("2026-01", 50), ("2026-01", 75), ("2026-01", 90)]
    event = office.bus.events[0]
    assert event.limit_usd == Decimal("0.001")
    assert Decimal("0.0005") <= event.spent_usd <= Decimal("0.0006")


def test_next_month_they_are_announced_again() -> None:
    office = Office()
    process = office.process()
    office.spend(process, 600)
    office.clock.day += timedelta(days=31)
    office.spend(process, 600)
    assert office.told == [("2026-01", 50), ("2026-02", 50)]


def test_a_stop_that_no_settlement_reaches_is_announced_when_it_refuses() -> None:
    office = Office()
    process = office.process()
    office.spend(process, 890)
    assert office.told[-1] == ("2026-01", 75)
    office.spend(process, 100)
    assert office.told[-1] == ("2026-01", 90)


def test_money_that_others_may_give_back_is_no_reason() -> None:
    office = Office()
    process = office.process()
    process.reserve(Ask("0", 900, OPENAI), office.clock.now())
    assert isinstance(office.spend(process, 100), Denial)
    assert office.told == []


def test_a_ledger_that_cannot_be_asked_about_it_still_pays() -> None:
    class Mute:
        """Reserves and settles, and says nothing else."""

        def __init__(self, book: Ledger) -> None:
            self.limits, self.reserve, self.settle = book.limits, book.reserve, book.settle
            self.release = book.release

        def pages(self, period: str) -> list[Page]:
            raise Unavailable("not now")

        def claim(self, period: str, percent: int) -> bool:
            raise Unavailable("not now")

    office = Office()
    assert isinstance(office.spend(office.process(Mute(office.book)), 600), Lease)
    assert office.told == []
    office.spend(office.process(), 1)
    assert office.told == [("2026-01", 50)], "seen again by the next call"
