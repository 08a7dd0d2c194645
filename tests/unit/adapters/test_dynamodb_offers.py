"""Decisions and segments on DynamoDB, against tables that obey their conditions."""

import time
import uuid
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from labverse.adapters.dynamodb_offers import DynamoOffers
from labverse.kernel.errors import Unavailable
from labverse.upsell.models import Kept, Learnt, Outcome
from tests.unit.upsell.fakes import World
from tests.unit.upsell.offer_tables import OfferTables
from tests.unit.upsell.test_service import REQUEST

Refusing = Callable[[Callable[..., None]], None]
LATER = int(time.time()) + 1000


@pytest.fixture
def tables() -> OfferTables:
    return OfferTables()


@pytest.fixture
def store(tables: OfferTables) -> DynamoOffers:
    client: Any = tables
    return DynamoOffers("decisions", "segments", client)


@pytest.fixture
def refusing(tables: OfferTables, monkeypatch: pytest.MonkeyPatch) -> Refusing:
    """Has the table answer a transaction with what is given."""
    return partial(monkeypatch.setattr, tables, "transact_write_items")


def decided(store: DynamoOffers, customer: str | None = None) -> Kept:
    world = World()
    world.upsell.decide(REQUEST, "t")
    ((id_, kept),) = world.store.kept.items()
    id_ = f"{id_}-{uuid.uuid4().hex}"
    record = kept.record.model_copy(update={"decision_id": id_})
    store.keep(record, customer, LATER)
    found = store.decision(id_)
    assert found == Kept(record, None, LATER)
    return found


def brought(kept: Kept, accepted: bool = True) -> Outcome:
    return Outcome(
        accepted=accepted,
        value_usd=None,
        reward_usd=Decimal(0),
        late=False,
        learned=True,
        model_version=1,
        recorded_at=kept.record.decided_at,
    )


def test_an_outcome_and_what_it_taught_are_written_together(store: DynamoOffers) -> None:
    kept = decided(store)
    assert store.settle(kept, brought(kept), Learnt(1, b"state")) == "done"
    assert store.learnt("power", exact=True) == Learnt(1, b"state")
    after = store.decision(kept.record.decision_id)
    assert after is not None
    assert after.outcome == brought(kept)


def test_a_segment_that_moved_leaves_the_decision_open(store: DynamoOffers) -> None:
    first, second = decided(store), decided(store)
    assert store.settle(first, brought(first), Learnt(1, b"one")) == "done"
    assert store.settle(second, brought(second), Learnt(1, b"two")) == "moved"
    assert store.decision(second.record.decision_id) == second
    assert store.settle(second, brought(second), Learnt(2, b"two")) == "done"
    assert store.learnt("power", exact=False) == Learnt(2, b"two")


def test_a_second_outcome_changes_nothing(store: DynamoOffers) -> None:
    kept = decided(store)
    store.settle(kept, brought(kept), None)
    assert store.settle(kept, brought(kept, accepted=False), Learnt(1, b"state")) == "settled"
    assert store.learnt("power", exact=True) == Learnt()


def test_erasing_takes_the_decisions_and_their_links(
    store: DynamoOffers, tables: OfferTables
) -> None:
    mine = [decided(store, "hash") for _ in range(30)]
    other = decided(store)
    assert store.erase("hash").model_dump() == {"erased": 30, "complete": True}
    assert all(store.decision(kept.record.decision_id) is None for kept in mine)
    assert store.decision(other.record.decision_id) == other
    assert len(tables.items) == 1
    assert store.settle(mine[0], brought(mine[0]), None) == "settled"


def test_a_table_that_cannot_be_reached_is_unavailable(
    store: DynamoOffers, tables: OfferTables
) -> None:
    kept = decided(store)
    tables.down = True
    for work in (
        lambda: store.learnt("power", exact=True),
        lambda: store.keep(kept.record, None, LATER),
        lambda: store.settle(kept, brought(kept), None),
        lambda: store.erase("hash"),
    ):
        with pytest.raises(Unavailable):
            work()


@pytest.mark.parametrize(
    ("code", "reasons", "settled"),
    [
        ("TransactionCanceledException", ["None", "TransactionConflict"], "moved"),
        ("TransactionCanceledException", ["ConditionalCheckFailed", "None"], "settled"),
        ("TransactionConflictException", [], "moved"),
    ],
)
def test_a_lost_race_is_told_from_a_fault(
    code: str, reasons: list[str], settled: str, store: DynamoOffers, refusing: Refusing
) -> None:
    kept, told = decided(store), {"CancellationReasons": [{"Code": each} for each in reasons]}
    error: Any = {"Error": {"Code": code}, **told}

    def refuse(**_: Any) -> None:
        raise ClientError(error, "TransactWriteItems")

    refusing(refuse)
    assert store.settle(kept, brought(kept), None) == settled


def test_a_network_that_is_gone_is_unavailable(store: DynamoOffers, refusing: Refusing) -> None:
    kept = decided(store)

    def refuse(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="http://nowhere.example")

    refusing(refuse)
    with pytest.raises(Unavailable):
        store.settle(kept, brought(kept), None)
