"""Deals on the deployed local cloud: many at once, on the table that the functions use."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from labverse.adapters.dynamodb_deals import DynamoDeals, of_stage
from labverse.kernel.errors import Conflict, Unavailable
from labverse.negotiate.models import Negotiation
from labverse.negotiate.ports import Change, Commitment, Written
from labverse.negotiate.states import Mode, State
from tests.cloud import Deployed

MANY = 16


@pytest.fixture
def deals(deployed: Deployed) -> DynamoDeals:
    return of_stage("local", deployed.client("dynamodb"))


def opened(deals: DynamoDeals) -> list[Negotiation]:
    """So many new ones."""
    now = datetime.now(UTC)
    made = [
        Negotiation(
            id=uuid.uuid4().hex, mode=Mode.SINGLE, state=State.WORKING, goal="g",
            platforms=("a", "b"), requester="key:test", created_at=now, updated_at=now,
        )
        for _ in range(MANY)
    ]  # fmt: skip
    assert all(map(deals.create, made))
    return made


def final(record: Negotiation) -> Negotiation:
    return record.model_copy(update={"state": State.AGREED})


def settled(deals: DynamoDeals, change: Change) -> Written:
    """Tried again while too many others are at it, as the workflow does."""
    while True:
        try:
            return deals.change(change)
        except Unavailable:
            continue


def at_once(deals: DynamoDeals, changes: list[Change]) -> list[Written]:
    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(lambda change: settled(deals, change), changes))


def test_terms_are_held_by_one_of_many(deals: DynamoDeals) -> None:
    terms, made = uuid.uuid4().hex * 2, opened(deals)
    written = at_once(deals, [Change(record, 0, hold=terms) for record in made])
    assert written.count(Written.DONE) == 1
    assert written.count(Written.TAKEN) == MANY - 1
    winner = made[written.index(Written.DONE)]
    assert deals.change(Change(final(winner), 1, agree=terms)) is Written.DONE
    with pytest.raises(Conflict):
        deals.change(Change(winner, 1, free=terms))


def test_a_months_money_is_never_exceeded_by_many(deals: DynamoDeals) -> None:
    made, currency = opened(deals), f"test-{uuid.uuid4().hex}"
    money = Commitment(currency, "2026-11", Decimal("10.000001"), Decimal(100))
    changes = [
        Change(final(record), 0, agree=uuid.uuid4().hex * 2, commitment=money) for record in made
    ]
    written = at_once(deals, changes)
    assert written.count(Written.DONE) == 9, "ten would be a hundred and ten millionths"
    assert written.count(Written.OVER_BUDGET) == MANY - 9
    states = [_state(deals, record) for record in made]
    assert states.count(State.AGREED) == 9


def test_the_index_holds_what_is_open_alone(deals: DynamoDeals) -> None:
    made = opened(deals)
    assert {one.id for one in made} <= {one.id for one in deals.list_open()}
    at_once(deals, [Change(final(record), 0) for record in made])
    assert not {one.id for one in made} & {one.id for one in deals.list_open()}


def _state(deals: DynamoDeals, record: Negotiation) -> Any:
    stored = deals.get(record.id)
    return stored.record.state if stored else None
