"""What the ledger promises, one promise at a time; the model test tries all of it at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from labverse.adapters.dynamodb_ledger import DynamoLedger
from labverse.kernel.errors import Unavailable
from labverse.route.ledger import Ask, Denial, Lease, seconds
from labverse.route.limits import MONTH, Limits
from labverse.route.paged_ledger import PagedLedger
from tests.unit.route.ledgers import OPENAI, QWEN, ledger, limits
from tests.unit.route.table import Table

NOW = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
NEXT = NOW + timedelta(minutes=2)
BOTH = pytest.mark.parametrize("kind", ["memory", "dynamodb"])


def ask(number: int, amount: int = 100) -> Ask:
    return Ask(f"{number:08x}", amount, OPENAI)


def taken(found: Lease | Denial) -> Lease:
    assert isinstance(found, Lease), found
    return found


def spent(book: PagedLedger, period: str, now: datetime, line: str = MONTH) -> tuple[int, int]:
    pages, at = book.pages(period), seconds(now)
    return sum(p.spent(line, at) for p in pages), sum(p.reserved(line, at) for p in pages)


@BOTH
def test_a_lease_is_settled_in_the_month_it_was_taken_in(kind: str) -> None:
    book = ledger(kind, limits(1000))
    lease = taken(book.reserve(ask(1), NOW))
    book.settle(lease, 40, NEXT)
    assert spent(book, "2026-11", NEXT) == (40, 0)
    assert spent(book, "2026-12", NEXT) == (0, 0)


@BOTH
def test_an_expired_lease_is_presumed_spent_and_put_right_by_a_late_settlement(kind: str) -> None:
    book = ledger(kind, limits(1000))
    lease = taken(book.reserve(ask(1), NOW))
    later = NOW + timedelta(seconds=book.limits.lease_seconds)
    assert spent(book, "2026-11", NOW) == (0, 100)
    assert spent(book, "2026-11", later) == (100, 0)
    book.settle(lease, 30, later)
    book.settle(lease, 99, later)
    assert spent(book, "2026-11", later) == (30, 0)


@BOTH
def test_leases_that_died_long_ago_leave_their_page_and_can_still_be_settled(kind: str) -> None:
    book = ledger(kind, limits(10_000))
    dead = [taken(book.reserve(ask(number), NOW - timedelta(days=1))) for number in range(20)]
    taken(book.reserve(ask(99), NOW))
    assert len(book.pages("2026-11")[0].leases) == 5, "16 went, 4 are left, one is new"
    assert spent(book, "2026-11", NOW) == (2000, 100)
    for lease in (*dead, *dead):
        book.settle(lease, 10, NOW)
    assert spent(book, "2026-11", NOW) == (200, 100)


@BOTH
def test_a_denial_names_the_tightest_limit_and_what_may_come_back(kind: str) -> None:
    book = ledger(kind, limits(1000, per_provider={"openai": "0.00025"}))
    first = taken(book.reserve(ask(1), NOW))
    book.settle(taken(book.reserve(ask(2), NOW)), 60, NOW)
    denial = book.reserve(ask(3), NOW)
    assert isinstance(denial, Denial)
    assert (denial.limit, denial.most, denial.left, denial.pending) == (
        "provider:openai", 250, 90, 100,
    )  # fmt: skip
    assert denial.may_pass(190)
    assert not denial.may_pass(191)
    assert isinstance(book.reserve(Ask("4", 500, QWEN), NOW), Lease), "not that provider's limit"
    book.release(first)
    assert isinstance(book.reserve(ask(5), NOW), Lease)


@BOTH
def test_the_answer_says_how_the_month_stands(kind: str) -> None:
    book = ledger(kind, limits(1000).model_copy(update={"stop_percent": 90}))
    lease = taken(book.reserve(ask(1, 600), NOW))
    assert (lease.standing.spent, lease.standing.reserved) == (0, 600)
    assert lease.standing.state == "ok"
    told = book.settle(lease, 500, NOW)
    assert (told.limit, told.spent, told.reserved, told.state) == (1000, 500, 0, "warned")
    full = book.reserve(ask(2, 401), NOW)
    assert isinstance(full, Denial)
    assert (full.left, full.standing.state) == (400, "stopped")


@BOTH
def test_a_threshold_is_claimed_once_a_month(kind: str) -> None:
    book = ledger(kind, Limits())
    claims = [book.claim(period, 50) for period in ("2026-11", "2026-11", "2026-12")]
    assert claims == [True, False, True]


@pytest.mark.parametrize("shards", [1, 16])
def test_many_threads_never_take_more_than_there_is(shards: int) -> None:
    book = ledger("memory", limits(1000, shards))
    with ThreadPoolExecutor(32) as pool:
        numbers = [number * 2654435761 % 2**32 for number in range(400)]
        found = list(pool.map(lambda number: book.reserve(ask(number, 7), NOW), numbers))
    assert sum(isinstance(one, Lease) for one in found) == 142, "7 x 142 = 994 of 1000"


def test_shards_that_are_nearly_empty_pool_what_they_have() -> None:
    book = ledger("dynamodb", limits(160, 16))
    assert isinstance(book.reserve(ask(0, 155), NOW), Lease)
    denial = book.reserve(ask(2**20, 6), NOW)
    assert isinstance(denial, Denial)
    assert denial.left == 5


def test_one_reservation_and_one_settlement_are_one_write_each() -> None:
    client: Any = Table()
    book = DynamoLedger("ledger", client, limits(1000))
    taken(book.reserve(ask(0), NOW))
    client.writes = 0  # the first one of a process in a month also asks how many pages it has
    lease = taken(book.reserve(ask(1), NOW))
    assert client.writes == 1
    book.settle(lease, 50, NOW)
    assert client.writes == 2


def test_a_plain_write_that_meets_a_transaction_is_made_again_and_not_for_ever() -> None:
    errors = ["TransactionConflictException"] * 2

    def before() -> None:
        if errors:
            raise ClientError({"Error": {"Code": errors.pop()}}, "UpdateItem")

    client: Any = Table(before)
    book = DynamoLedger("ledger", client, limits(1000))
    lease = taken(book.reserve(ask(1), NOW))
    errors += ["TransactionConflictException"] * 9
    with pytest.raises(Unavailable, match="written"):
        book.settle(lease, 1, NOW)
    errors[:] = ["InternalServerError"]
    with pytest.raises(Unavailable, match="written"):
        book.reserve(ask(2), NOW)


@pytest.mark.parametrize("amount", [-1, -(10**9)])
def test_nobody_earns_money_here(amount: int) -> None:
    book = ledger("memory", limits(1000))
    lease = taken(book.reserve(ask(1), NOW))
    with pytest.raises(ValueError, match="costs nothing or something"):
        book.settle(lease, amount, NOW)
    with pytest.raises(ValueError, match="costs nothing or something"):
        book.reserve(ask(2, amount), NOW)
