"""The ledger's figures: exact, and the same whatever the order, the repetition and the parts."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labverse.kernel.errors import InvalidInput
from labverse.revenue.deltas import Deltas, deltas, resolve, reversed_deltas
from labverse.revenue.ledger import figures, rollup
from labverse.revenue.models import Event
from tests.unit.revenue.events import EVENTS, START, moved, payers, standing, total, undo


@settings(deadline=None)
@given(EVENTS, st.data())
def test_order_and_repetition_change_nothing(events: list[Event], data: st.DataObject) -> None:
    """Ids repeat with other contents too: which of them counts may not depend on the order."""
    again = data.draw(st.lists(st.sampled_from(events), max_size=8)) if events else []
    assert rollup(data.draw(st.permutations(events + again))) == rollup(events)


@settings(deadline=None)
@given(EVENTS)
def test_every_day_equals_a_recomputation(events: list[Event]) -> None:
    distinct = list({one.id: one for one in events}.values())
    counts = [one for one in standing(distinct) if one.amount]
    found = rollup(distinct)
    assert (found.total is None) == (not counts)
    for day in found.total.days() if found.total else ():
        assert day.mrr == total(counts, day.day)
        assert day.customers == payers(counts, day.day)
        assert day.revaluation == 0
    for name, view in (
        ("plan", found.by_plan), ("channel", found.by_channel), ("segment", found.by_segment),
    ):  # fmt: skip
        for value, series in view.items():
            mine = [one for one in counts if getattr(one, name) == value]
            for day in series.days():
                assert (day.mrr, day.customers) == (total(mine, day.day), payers(mine, day.day))


@settings(deadline=None)
@given(EVENTS, st.integers(0, 20))
def test_parts_of_a_stream_add_up(events: list[Event], cut: int) -> None:
    """A stream counts what it sees, and takes back what is reversed after it was counted."""
    movements = resolve(events).movements
    gone = [one for one in movements[cut:] if one.kind == "churn"]
    sums = deltas(movements[:cut]) + deltas(movements[cut:]) + reversed_deltas(gone)
    kept = [one for one in movements if one not in gone]
    assert sums == deltas(kept) == deltas(kept) + Deltas()
    assert figures(sums) == figures(deltas(kept))


def test_a_month_by_hand() -> None:
    events = [
        moved("1", "new", "100", 0, customer="a"),
        moved("2", "new", "60", 0, customer="b"),
        moved("3", "expansion", "40", 30, customer="a"),
        moved("4", "contraction", "10", 30, customer="b"),
        moved("5", "churn", "50", 31, customer="b"),
        moved("6", "reactivation", "20", 37, customer="b"),
    ]
    series = rollup(events).total
    assert series is not None
    assert series.last == START + timedelta(days=37)
    day = series.on(START + timedelta(days=31))
    assert (day.mrr, day.customers, day.arpa) == (Decimal(140), 1, Decimal(140))
    assert (day.expansion, day.churn) == (Decimal(0), Decimal(50))
    assert day.net_retention == pytest.approx((160 + 40 - 10 - 50) / 160)
    assert day.gross_retention == pytest.approx((160 - 60) / 160)
    assert day.quick_ratio == pytest.approx(40 / 60)
    assert day.weekly_growth == pytest.approx((140 - 160) / 160)
    later = series.on(START + timedelta(days=400))
    assert (later.mrr, later.churn, later.weekly_growth) == (Decimal(160), Decimal(0), 0.0)
    assert later.quick_ratio is None
    before = series.on(START - timedelta(days=1))
    assert (before.mrr, before.arpa, before.net_retention) == (Decimal(0), None, None)


def test_a_late_event_lands_on_its_own_day() -> None:
    found = rollup([moved("2", "new", "7", 5), moved("1", "new", "3.33", 1)]).total
    assert found is not None
    assert [str(day.mrr) for day in found.days()][::4] == ["3.330000", "10.330000"]


def test_a_reversal_counts_once_and_whenever_it_comes() -> None:
    wrong, right = moved("1", "new", "999"), moved("2", "new", "9.99")
    events: list[Event] = [undo("r1", "1"), undo("r2", "1"), wrong, right]
    assert rollup(events) == rollup([right])
    waiting = rollup([undo("r1", "1"), undo("r2", "r1"), right])
    assert waiting.unmatched == ("r1", "r2")
    assert waiting.total == rollup([right]).total


def test_one_id_with_two_contents_is_reported() -> None:
    one, other = moved("1", "new", "5"), moved("1", "new", "6")
    assert rollup([one, other]).conflicts == ("1",)
    assert rollup([one, moved("1", "new", "5.00")]).conflicts == ()


def test_sums_beyond_64_bits_stay_exact() -> None:
    """Each plan's sum fits into int64, and so would be wrapped without a sign."""
    events = [moved(str(i), "new", "999999999.999999", customer=f"c{i}") for i in range(10_000)]
    found = rollup(events).total
    assert found is not None
    assert found.mrr == (999999999999999 * 10_000,)
    assert found.customers == (10_000,)


def test_mappings_are_read_and_bad_ones_are_named() -> None:
    good = {
        "id": "1", "kind": "new", "customer": "c", "plan": "pro", "amount": "5",
        "effective_at": "2026-01-01T12:00:00Z",
    }  # fmt: skip
    assert rollup([good, moved("1", "new", "5")]) == rollup([moved("1", "new", "5")])
    with pytest.raises(InvalidInput) as raised:
        rollup([good, {**good, "amount": "-1"}])
    assert [error.field for error in raised.value.fields] == ["events[1].amount"]


def test_days_are_days_in_utc() -> None:
    late = moved("1", "new", "5").model_dump() | {"effective_at": "2026-01-01T22:00:00-05:00"}
    found = rollup([late]).total
    assert found is not None
    assert found.first == date(2026, 1, 2)
