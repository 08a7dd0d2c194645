"""Batches at the door: every bad field named, no event harmed by its neighbour."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.revenue.models import Movement, Reversal, parse

GOOD = {
    "id": "e1", "kind": "new", "customer": "c1", "plan": "pro", "amount": 49.99,
    "effective_at": "2026-03-01T10:00:00+02:00",
}  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
ODD = st.dictionaries(st.sampled_from([*GOOD, "reverses", "x"]), ANYTHING).map(lambda d: GOOD | d)


def test_what_an_event_may_leave_out() -> None:
    (event,) = parse([GOOD]).accepted
    assert isinstance(event, Movement)
    assert (str(event.amount), event.currency, event.channel) == ("49.99", "USD", "unknown")
    assert event.effective_at.isoformat() == "2026-03-01T08:00:00+00:00"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": -1}, "amount"),
        ({"amount": "0.0000001"}, "amount"),
        ({"amount": float("nan")}, "amount"),
        ({"amount": "1e12"}, "amount"),
        ({"kind": "gift"}, "kind"),
        ({"customer": ""}, "customer"),
        ({"currency": "usd"}, "currency"),
        ({"effective_at": "2026-03-01T10:00:00"}, "effective_at"),
        ({"effective_at": "1970-01-01T00:00:00Z"}, "effective_at"),
        ({"effective_at": "9999-12-31T23:59:59-10:00"}, "effective_at"),
        ({"plna": "pro"}, "plna"),
    ],
)
def test_a_bad_field_is_named(change: dict[str, Any], field: str) -> None:
    parsed = parse([GOOD, GOOD | change, GOOD])
    assert len(parsed.accepted) == 2
    assert [(one.index, one.field) for one in parsed.rejected] == [(1, field)]


def test_every_bad_field_of_an_event_is_named() -> None:
    parsed = parse([GOOD | {"amount": "x", "id": 7, "customer": None}])
    assert {one.field for one in parsed.rejected} == {"amount", "id", "customer"}


def test_a_reversal_names_what_it_reverses() -> None:
    parsed = parse(
        [{"id": "r", "kind": "reversal", "reverses": "e1"}, {"id": "r", "kind": "reversal"}]
    )
    assert parsed.accepted == (Reversal(id="r", kind="reversal", reverses="e1"),)
    assert [(one.index, one.field) for one in parsed.rejected] == [(1, "reverses")]


@given(st.lists(ANYTHING | ODD, max_size=6))
def test_neighbours_of_anything_are_accepted(batch: list[Any]) -> None:
    parsed = parse([GOOD, *batch, GOOD | {"id": "last"}])
    assert [parsed.accepted[0].id, parsed.accepted[-1].id] == ["e1", "last"]
    rejected = {one.index for one in parsed.rejected}
    assert len(parsed.accepted) + len(rejected) == len(batch) + 2
    assert all(one.message for one in parsed.rejected)
