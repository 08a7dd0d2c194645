"""The number of a month's pages is its first process's, whatever another is configured with."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from labverse.adapters.dynamodb_ledger import DynamoLedger
from labverse.route.ledger import Ask, Lease, shards_id
from labverse.route.limits import MONTH
from labverse.route.paged_ledger import PagedLedger
from tests.unit.route.ledgers import OPENAI, ledger, limits
from tests.unit.route.table import Table

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
NEXT = datetime(2026, 12, 1, 12, tzinfo=UTC)
BOTH = pytest.mark.parametrize("kind", ["memory", "dynamodb"])


def fill(books: list[PagedLedger], now: datetime, amount: int = 10) -> int:
    """What all of these give out together."""
    given = 0
    for number in range(400):
        ask = Ask(f"{number * 2654435761 % 2**32:08x}", amount, OPENAI)
        given += amount * isinstance(books[number % len(books)].reserve(ask, now), Lease)
    return given


@BOTH
@pytest.mark.parametrize(("first", "then"), [(1, 16), (16, 1), (4, 3)])
def test_processes_that_disagree_give_out_the_budget_once(kind: str, first: int, then: int) -> None:
    before = ledger(kind, limits(1000, first))
    after = PagedLedger(before.store, limits(1000, then))
    assert fill([before, after], NOW) == 1000
    assert len(after.pages("2026-11")) == len(before.pages("2026-11")) == first
    assert fill([after, before], NEXT) == 1000
    assert len(before.pages("2026-12")) == then, "the next month is as whoever comes first has it"


def test_two_that_come_first_at_once_agree() -> None:
    shared: Any = Table()
    one = DynamoLedger("ledger", shared, limits(1000, 2))
    other = DynamoLedger("ledger", shared, limits(1000, 8))

    def meanwhile() -> None:
        shared._before = lambda: None
        other.reserve(Ask("00000001", 1, OPENAI), NOW)

    shared._before = meanwhile
    one.reserve(Ask("00000002", 1, OPENAI), NOW)
    assert len(one.pages("2026-11")) == len(other.pages("2026-11")) == 8


@BOTH
def test_looking_at_a_month_does_not_open_it(kind: str) -> None:
    early = ledger(kind, limits(1000, 2))
    assert len(early.pages("2026-11")) == 2
    later = PagedLedger(early.store, limits(1000, 3))
    fill([later], NOW)
    assert len(early.pages("2026-11")) == 3


def test_one_call_opens_a_month_for_a_process_and_it_is_logged(log: io.StringIO) -> None:
    shared: Any = Table()
    DynamoLedger("ledger", shared, limits(1000, 1)).reserve(Ask("00000001", 1, OPENAI), NOW)
    shared.writes = 0
    book = DynamoLedger("ledger", shared, limits(1000, 4))
    for number in range(5):
        book.reserve(Ask(f"{number:08x}a", 1, OPENAI), NOW)
    assert shared.writes == 6
    (line,) = [json.loads(text) for text in log.getvalue().splitlines()]
    told = {name: line[name] for name in ("level", "period", "shards", "configured")}
    assert told == {"level": "WARNING", "period": "2026-11", "shards": 1, "configured": 4}
    assert shared.items[shards_id("2026-11")]["shards"] == {"N": "1"}


@BOTH
def test_how_a_month_stands_is_told_by_its_own_pages(kind: str) -> None:
    """With four shards configured and one there, 600 is 600, and not four times as much."""
    before = ledger(kind, limits(1000, 1))
    before.reserve(Ask("00000001", 600, OPENAI), NOW)
    after = PagedLedger(before.store, limits(1000, 4))
    found = after.reserve(Ask("00000002", 100, OPENAI), NOW)
    assert found.standing.reserved == 700
    assert sum(page.used[MONTH] for page in after.pages("2026-11")) == 700
