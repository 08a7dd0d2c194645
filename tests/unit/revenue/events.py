"""Events for tests, and a ledger that is slow and plain, to hold ours against."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from labverse.revenue.models import Event, Movement, Reversal

START = date(2026, 1, 1)


def moved(id_: str, kind: str, amount: str, day: int = 0, **more: Any) -> Movement:
    """A movement `day` days after START, of customer c on plan pro unless said otherwise."""
    at = datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=day)
    given = {"customer": "c", "plan": "pro", **more}
    return Movement.model_validate(
        {"id": id_, "kind": kind, "amount": amount, "effective_at": at, **given}
    )


def undo(id_: str, of: str) -> Reversal:
    """A reversal."""
    return Reversal(id=id_, kind="reversal", reverses=of)


_IDS = st.integers(0, 12).map(str)
MOVEMENTS = st.builds(
    moved,
    _IDS,
    st.sampled_from(["new", "expansion", "contraction", "churn", "reactivation"]),
    st.integers(0, 10_000_000).map(lambda micros: str(Decimal(micros).scaleb(-6))),
    st.integers(0, 9),
    customer=st.sampled_from("cde"),
    plan=st.sampled_from(["basic", "pro"]),
    channel=st.sampled_from(["ads", "mail"]),
    segment=st.sampled_from(["small", "large"]),
)
EVENTS = st.lists(MOVEMENTS | st.builds(undo, st.integers(20, 25).map(str), _IDS), max_size=20)


def standing(events: list[Event]) -> list[Movement]:
    """What counts of events whose ids are told apart: no duplicates among them."""
    gone = {one.reverses for one in events if isinstance(one, Reversal)}
    return [one for one in events if isinstance(one, Movement) and one.id not in gone]


def total(movements: list[Movement], day: date) -> Decimal:
    """MRR at the end of a day."""
    return sum(
        (
            one.amount if one.kind in {"new", "expansion", "reactivation"} else -one.amount
            for one in movements
            if one.effective_at.date() <= day
        ),
        Decimal(0),
    )


def payers(movements: list[Movement], day: date) -> int:
    """Customers whose own MRR is above nothing."""
    customers = {one.customer for one in movements}
    return sum(
        total([one for one in movements if one.customer == name], day) > 0 for name in customers
    )
