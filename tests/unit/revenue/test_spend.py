"""Spend in the ledger: exact by channel and day, in whatever order it comes, and never MRR."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from labverse.revenue.daily import worth
from labverse.revenue.ledger import rollup
from labverse.revenue.models import Event, Reversal, Spend
from labverse.revenue.rates import Rates
from labverse.revenue.timeline import SPEND
from tests.unit.revenue.book import Ledger
from tests.unit.revenue.events import MOVEMENTS, undo


def spent(id_: str, amount: str, day: int = 1, channel: str = "ads") -> Spend:
    at: Any = f"2026-01-{day:02}T23:59:59Z"
    return Spend(id=id_, kind="spend", channel=channel, amount=Decimal(amount), effective_at=at)


SPENDS = st.builds(
    spent,
    st.integers(100, 112).map(str),
    st.integers(0, 10_000_000).map(lambda micros: str(Decimal(micros).scaleb(-6))),
    st.integers(1, 3),
    st.sampled_from(["ads", "mail", "a#b"]),
)
UNDONE = st.builds(undo, st.integers(200, 205).map(str), st.integers(100, 112).map(str))


def rows(ledger: Ledger) -> dict[tuple[str, date], int]:
    found = worth(ledger.sums.rows(SPEND), (SPEND,), Rates())
    return {
        (channel, date.fromordinal(day)): micros
        for channel, daily in found.items()
        for day, micros in daily.items()
        if micros
    }


@settings(deadline=None, max_examples=50)
@given(st.lists(SPENDS | UNDONE | MOVEMENTS, max_size=20, unique_by=lambda one: one.id))
def test_rows_are_the_sums_of_what_stands(events: list[Event]) -> None:
    ledger = Ledger()
    for one in [*events[::2], *reversed(events)]:
        ledger.give([one])
    ledger.count(ledger.new())
    gone = {one.reverses for one in events if isinstance(one, Reversal)}
    wanted: Counter[tuple[str, date]] = Counter()
    for one in events:
        if isinstance(one, Spend) and one.id not in gone:
            wanted[one.channel, one.effective_at.date()] += int(one.amount.scaleb(6))
    assert rows(ledger) == {key: micros for key, micros in wanted.items() if micros}


def test_spend_is_no_part_of_mrr_and_no_reversal_of_it_is_left_over() -> None:
    events: list[Event] = [spent("1", "5"), undo("2", "1")]
    found = rollup(events)
    assert (found.total, found.unmatched, found.conflicts) == (None, (), ())
    assert rollup([spent("1", "5"), spent("1", "6")]).conflicts == ("1",)


def test_a_day_of_spend_names_nobody_and_is_told_to_nobody() -> None:
    ledger = Ledger()
    ledger.give([spent("1", "5"), spent("2", "7")])
    assert rows(ledger) == {("ads", date(2026, 1, 1)): 12_000_000}
    assert ledger.told == []
    assert not [key for key in ledger.table.items if key[0].startswith("name#")]
