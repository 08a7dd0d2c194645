"""Of any number who change deals at once, each is right or is told why it is not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from labverse.adapters.dynamodb_deals import DynamoDeals
from labverse.kernel.errors import Conflict, Unavailable
from labverse.negotiate.models import Negotiation
from labverse.negotiate.ports import Change, Commitment, Written
from labverse.negotiate.states import Mode, State
from tests.unit.negotiate.deals_table import DealsTable

NOW = datetime(2026, 11, 24, tzinfo=UTC)
TERMS, OTHERS = "a" * 64, "b" * 64
MANY = 40


def record(id_: str = "one", state: State = State.WORKING) -> Negotiation:
    return Negotiation(
        id=id_, mode=Mode.SINGLE, state=state, goal="g", platforms=("a", "b"), requester="key:k",
        created_at=NOW, updated_at=NOW,
    )  # fmt: skip


@pytest.fixture
def table() -> DealsTable:
    return DealsTable()


@pytest.fixture
def deals(table: DealsTable) -> DynamoDeals:
    client: Any = table
    return DynamoDeals("deals", client)


def money(amount: str, limit: str = "100") -> Commitment:
    return Commitment("USD", "2026-11", Decimal(amount), Decimal(limit))


def at_once(work: Any) -> list[Any]:
    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(work, range(MANY)))


def test_an_id_is_taken_once(deals: DynamoDeals) -> None:
    assert sum(at_once(lambda _: deals.create(record()))) == 1


def test_of_many_changes_to_one_version_one_is_made(deals: DynamoDeals) -> None:
    deals.create(record())

    def change(_: int) -> bool:
        try:
            return deals.change(Change(record(state=State.AGREED), 0)) is Written.DONE
        except Conflict:
            return False

    assert sum(at_once(change)) == 1
    stored = deals.get("one")
    assert stored is not None
    assert (stored.version, stored.record.state) == (1, State.AGREED)


def test_terms_are_held_by_one_and_agreed_once(deals: DynamoDeals, table: DealsTable) -> None:
    for n in range(MANY):
        deals.create(record(f"n{n}"))
    held = at_once(lambda n: deals.change(Change(record(f"n{n}"), 0, hold=TERMS)))
    assert held.count(Written.DONE) == 1
    winner = held.index(Written.DONE)
    agreed = Change(record(f"n{winner}", State.AGREED), 1, agree=TERMS, commitment=money("60"))
    assert deals.change(agreed) is Written.DONE
    later = Change(record(f"n{winner}"), 2, hold=TERMS)
    assert deals.change(later) is Written.TAKEN, "not even by whom they are agreed with"
    assert table.items["spent#USD#2026-11"]["spent"] == {"N": "60"}


def test_a_months_money_is_never_exceeded(deals: DynamoDeals, table: DealsTable) -> None:
    """By thirds of a dollar, which no float holds exactly."""
    for n in range(MANY):
        deals.create(record(f"n{n}"))

    def spend(n: int) -> Written:
        done = record(f"n{n}", State.AGREED)
        return deals.change(Change(done, 0, agree=f"{n:064x}", commitment=money("3.333333")))

    written = at_once(spend)
    assert written.count(Written.DONE) == 30
    assert written.count(Written.OVER_BUDGET) == 10
    assert Decimal(table.items["spent#USD#2026-11"]["spent"]["N"]) == Decimal("99.999990")
    assert (
        sum(item["state"]["S"] == "agreed" for item in table.items.values() if "state" in item)
        == 30
    )


def test_more_than_a_month_may_have_is_refused_at_once(deals: DynamoDeals) -> None:
    deals.create(record())
    change = Change(record(state=State.AGREED), 0, agree=TERMS, commitment=money("101"))
    assert deals.change(change) is Written.OVER_BUDGET
    assert [one.id for one in deals.list_open()] == ["one"]


def test_free_terms_may_be_held_again(deals: DynamoDeals) -> None:
    deals.create(record())
    deals.create(record("two"))
    assert deals.change(Change(record(), 0, hold=TERMS)) is Written.DONE
    assert deals.change(Change(record("two"), 0, free=TERMS)) is Written.TAKEN, "not one's own"
    assert deals.change(Change(record(), 1, hold=OTHERS, free=TERMS)) is Written.DONE
    assert deals.change(Change(record("two"), 0, hold=TERMS)) is Written.DONE


def test_what_is_final_is_not_open_and_goes_some_day(deals: DynamoDeals, table: DealsTable) -> None:
    deals.create(record())
    assert [one.id for one in deals.list_open()] == ["one"]
    deals.change(Change(record(state=State.REFUSED), 0))
    assert list(deals.list_open()) == []
    item = table.items["one"]
    assert "todo" not in item
    assert int(item["expires_at"]["N"]) > NOW.timestamp()


@pytest.mark.parametrize("reasons", [[], [{"Code": "TransactionConflict"}]])
def test_a_refusal_without_a_reason_is_unavailable(
    deals: DynamoDeals, table: DealsTable, monkeypatch: Any, reasons: list[Any]
) -> None:
    answer: Any = {
        "Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons,
    }  # fmt: skip

    def refuse(**_: Any) -> None:
        raise ClientError(answer, "TransactWriteItems")

    deals.create(record())
    monkeypatch.setattr(table, "transact_write_items", refuse)
    with pytest.raises(Unavailable):
        deals.change(Change(record(), 0))
