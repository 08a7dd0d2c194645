"""What a month has cost, and what of that nobody settled."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from labverse.route.ledger import Ask, Lease, seconds
from labverse.route.limits import Purpose
from labverse.route.spend import Spend, report
from tests.unit.route.ledgers import OPENAI, QWEN, ledger, limits

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
BOTH = pytest.mark.parametrize("kind", ["memory", "dynamodb"])


class Book:
    def __init__(self, kind: str, shards: int = 1) -> None:
        self.ledger = ledger(kind, limits(100_000, shards))
        self.count = 0

    def taken(self, at: datetime, amount: int = 100, purpose: Purpose = OPENAI) -> Lease:
        self.count += 1
        found = self.ledger.reserve(Ask(f"{self.count:08x}", amount, purpose), at)
        assert isinstance(found, Lease)
        return found

    def told(self, at: datetime) -> Spend:
        pages = self.ledger.pages("2026-11")
        return report(self.ledger.limits, "2026-11", pages, seconds(at))


def micro(*amounts: int) -> Decimal:
    return Decimal(sum(amounts)).scaleb(-6)


@BOTH
def test_what_nobody_settled_is_told_apart(kind: str) -> None:
    book = Book(kind)
    settled = book.taken(NOW)
    book.taken(NOW, 70)
    book.taken(NOW, 5, QWEN)
    book.ledger.settle(settled, 30, NOW)
    before = book.told(NOW)
    assert (before.spent_usd, before.presumed_usd, before.pages[0].unsettled) == (micro(30), 0, 0)
    later = NOW + timedelta(seconds=book.ledger.limits.lease_seconds)
    after = book.told(later)
    assert (after.spent_usd, after.presumed_usd) == (micro(30, 70, 5), micro(70, 5))
    assert after.presumed_by_provider == {"openai": micro(70), "dashscope": micro(5)}
    assert sum(after.presumed_by_model.values()) == micro(75)
    (page,) = after.pages
    assert (page.page, page.settled_usd, page.unsettled) == ("2026-11#0", micro(30), 2)
    assert page.since == later


@BOTH
def test_leases_that_left_their_page_are_still_counted(kind: str) -> None:
    book = Book(kind)
    dead = [book.taken(NOW, 10) for _ in range(20)]
    later = NOW + timedelta(hours=1)
    book.taken(later, 1)  # takes sixteen of them off the page
    told = book.told(later)
    assert (told.presumed_usd, told.pages[0].unsettled) == (micro(200), 20)
    assert told.presumed_by_provider == {"openai": micro(200)}
    for lease in (*dead, *dead):
        book.ledger.settle(lease, 4, later)
    told = book.told(later)
    assert (told.presumed_usd, told.pages[0].unsettled, told.pages[0].since) == (0, 0, None)
    assert told.spent_usd == told.pages[0].settled_usd == micro(20 * 4)
    assert told.presumed_by_provider == {}


@BOTH
def test_pages_add_up_to_the_month(kind: str) -> None:
    book = Book(kind, shards=4)
    leases = [book.taken(NOW, 100 * number) for number in range(1, 30)]
    for lease in leases[::2]:
        book.ledger.settle(lease, lease.ask.amount // 3, NOW)
    told = book.told(NOW + timedelta(hours=1))
    assert len(told.pages) == 4
    assert sum(page.presumed_usd for page in told.pages) == told.presumed_usd > 0
    assert sum(page.settled_usd + page.presumed_usd for page in told.pages) == told.spent_usd
    assert sum(told.by_provider.values()) == told.spent_usd
