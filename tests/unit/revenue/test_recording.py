"""Events in: each looked at by itself, kept once, under a name that means nothing."""

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from labverse.kernel.errors import InvalidInput, Unavailable
from labverse.revenue.models import Event, Reversal, Spend
from tests.unit.revenue.book import Ledger
from tests.unit.revenue.events import EVENTS, moved, undo
from tests.unit.revenue.table import Table
from tests.unit.revenue.test_counting import touch

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
NEW = moved("1", "new", "5").model_dump(mode="json")


def fuzzed() -> st.SearchStrategy[Any]:
    """An event with one field that is anything."""
    return st.builds(lambda name, value: {**NEW, name: value}, st.sampled_from(sorted(NEW)), JSON)


@settings(deadline=None)
@given(st.lists(JSON | fuzzed() | st.just(NEW), max_size=12))
def test_whatever_is_in_a_batch_every_event_gets_one_verdict(batch: list[Any]) -> None:
    ledger = Ledger()
    receipt = ledger.record([*batch, {**NEW, "id": "the good one"}])
    refused = {one.index for one in receipt.rejected}
    assert receipt.accepted + receipt.duplicate + len(refused) == len(batch) + 1
    assert len(batch) not in refused
    assert len(ledger.new()) == receipt.accepted


@settings(deadline=None)
@given(EVENTS, EVENTS)
def test_a_batch_sent_again_adds_nothing(first: list[Event], more: list[Event]) -> None:
    ledger, sent = Ledger(), [one.model_dump(mode="json") for one in [*first, *more]]
    ledger.record(sent[: len(first)])
    whole = ledger.record(sent)
    kept = ledger.new()
    again = ledger.record(sent)
    assert ledger.new() == kept
    assert (again.accepted, again.rejected) == (0, whole.rejected)
    assert again.duplicate == whole.accepted + whole.duplicate


def test_the_same_said_otherwise_is_the_same() -> None:
    ledger = Ledger()
    ledger.record([NEW])
    again = ledger.record([{**NEW, "amount": "5.000", "effective_at": "2026-01-01T13:00:00+01:00"}])
    assert (again.duplicate, again.rejected) == (1, [])


def test_two_contents_under_one_id() -> None:
    receipt = Ledger().record([NEW, {**NEW, "amount": "6"}, NEW])
    assert (receipt.accepted, receipt.duplicate) == (1, 1)
    assert [(one.index, one.field) for one in receipt.rejected] == [(1, "id")]


def test_no_more_than_500() -> None:
    with pytest.raises(InvalidInput, match="501 events"):
        Ledger().record([NEW] * 501)


def test_a_customer_keeps_one_name_and_no_event_has_his_own() -> None:
    ledger = Ledger()
    ledger.give([moved("1", "new", "5", customer="ana"), touch("2", "ads", 1, "ana")])
    ledger.give([moved("3", "churn", "5", customer="ana"), undo("4", "3")])
    assert {one.customer for one in ledger.new() if not isinstance(one, Reversal | Spend)} == {"n0"}
    named = [key for key, item in ledger.table.items.items() if "ana" in str(item)]
    assert named == [("name#ana", "name")]


def test_a_name_ends_after_its_time_unless_it_is_used() -> None:
    ledger = Ledger()
    ledger.record([{**NEW, "customer": "ana"}])
    item = ledger.table.items["name#ana", "name"]
    for days, id_ in ((9, "2"), (50, "3")):
        ledger.time.at += timedelta(days=days)
        ledger.record([{**NEW, "customer": "ana", "id": id_}])
    renewed = ledger.table.items["name#ana", "name"]
    assert int(renewed["expires_at"]["N"]) - int(item["expires_at"]["N"]) == 59 * 86_400
    ledger.time.at += timedelta(days=100)
    ledger.record([{**NEW, "customer": "ana", "id": "4"}])
    assert len({one.customer for one in ledger.new() if not isinstance(one, Reversal | Spend)}) == 2


class Busy(Table):
    """Somebody else is at the same items, so many times."""

    def __init__(self, times: int, code: str = "TransactionConflict") -> None:
        super().__init__()
        self.left, self.code = times, code

    def transact_write_items(self, *, TransactItems: list[Any]) -> Any:  # noqa: N803
        if self.left:
            self.left -= 1
            error: Any = {
                "Error": {"Code": "TransactionCanceledException"},
                "CancellationReasons": [{"Code": self.code} for _ in TransactItems],
            }
            raise ClientError(error, "TransactWriteItems")
        return super().transact_write_items(TransactItems=TransactItems)


def test_who_meets_others_tries_again() -> None:
    ledger = Ledger(table=Busy(5))
    assert ledger.record([NEW]).accepted == 1


def test_who_always_meets_others_says_so() -> None:
    ledger = Ledger(table=Busy(10_000))
    with pytest.raises(Unavailable):
        ledger.record([NEW])


def test_a_table_that_is_down_is_unavailable() -> None:
    class Down(Table):
        def batch_get_item(self, **_: Any) -> Any:
            raise ClientError({"Error": {"Code": "InternalServerError"}}, "BatchGetItem")

    with pytest.raises(Unavailable):
        Ledger(table=Down()).record([NEW])
