"""Stripe's exports: what each subscription did to MRR, and which cell of which row is wrong."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labverse.revenue.ledger import rollup
from labverse.revenue.stripe import convert
from labverse.revenue.stripe_rows import Row

SUB = {
    "id": "sub_1", "Customer ID": "cus_1", "Plan": "Pro", "Quantity": "2", "Currency": "usd",
    "Interval": "month", "Amount": "50.00", "Status": "active", "Start (UTC)": "2026-01-05 10:30",
    "channel (metadata)": "ads",
}  # fmt: skip
BILL = {
    "id": "in_1", "Customer": "cus_1", "Subscription": "sub_1", "Currency": "usd",
    "Date (UTC)": "2026-01-05 10:31", "Total": "100.00", "Status": "paid",
}  # fmt: skip
ENDED = {**SUB, "Status": "canceled", "Ended At (UTC)": "2026-03-01 00:00"}


def rows(*cells: dict[str, str]) -> list[Row]:
    return [Row("x.csv", number, one) for number, one in enumerate(cells, start=2)]


def events(subscriptions: list[Row], invoices: list[Row] | None = None) -> list[dict[str, Any]]:
    found = list(convert(subscriptions, invoices or []))
    assert [one.bad for one in found if one.bad] == []
    return [one.event for one in found if one.event is not None]


def told(*found: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["kind"], one["amount"].rstrip("0").rstrip("."), one["effective_at"][:10])
            for one in found]  # fmt: skip


def test_a_subscription_comes_and_goes() -> None:
    new, churn = events(rows(ENDED))
    assert new == {
        "id": "stripe:sub_1:start", "kind": "new", "customer": "cus_1", "plan": "Pro",
        "channel": "ads", "segment": "unknown", "amount": "100.000000", "currency": "USD",
        "effective_at": "2026-01-05T10:30:00+00:00",
    }  # fmt: skip
    assert told(churn) == [("churn", "100", "2026-03-01")]


@pytest.mark.parametrize(
    ("interval", "count", "monthly"),
    [("year", "", "8.333333"), ("week", "", "433.333333"), ("month", "3", "33.333333"),
     ("Every 6 months", "", "16.666667"), ("day", "", "3041.666667")],
)  # fmt: skip
def test_every_interval_is_a_month(interval: str, count: str, monthly: str) -> None:
    (new,) = events(rows({**SUB, "Interval": interval, "Interval Count": count}))
    assert new["amount"] == monthly


@pytest.mark.parametrize(
    "change",
    [{"Status": "incomplete_expired"}, {"Status": "trialing"}, {"Amount": "0.00"},
     {"Status": "canceled", "Trial End (UTC)": "2026-02-01 00:00",
      "Ended At (UTC)": "2026-01-20 00:00"}],
)  # fmt: skip
def test_who_never_paid_is_no_customer(change: dict[str, str]) -> None:
    assert events(rows({**SUB, **change})) == []


def test_mrr_begins_when_the_trial_is_over_and_ends_with_the_period() -> None:
    trial = {**SUB, "Trial End (UTC)": "2026-01-19 10:30", "Canceled At (UTC)": "2026-01-20 00:00"}
    assert told(*events(rows(trial))) == [("new", "100", "2026-01-19")]


def test_invoices_say_how_much_it_was_over_time() -> None:
    bills = rows(
        {**BILL, "id": "in_3", "Date (UTC)": "2026-03-05 10:31", "Total": "130", "Tax": "20"},
        {**BILL, "Total": "80.00"},
        {**BILL, "id": "in_2", "Date (UTC)": "2026-02-05 10:31", "Total": "1,100.00"},
        {**BILL, "id": "in_4", "Date (UTC)": "2026-02-06 10:31", "Status": "open"},
        {**BILL, "id": "in_5", "Subscription": ""},
    )
    found = events(rows({**ENDED, "Ended At (UTC)": "2026-04-01 00:00"}), bills)
    assert told(*found) == [
        ("new", "80", "2026-01-05"), ("expansion", "1020", "2026-02-05"),
        ("contraction", "990", "2026-03-05"), ("churn", "110", "2026-04-01"),
    ]  # fmt: skip


def test_who_changes_plans_does_not_leave_and_who_returns_is_not_new() -> None:
    second = {**SUB, "id": "sub_2", "Amount": "70", "Start (UTC)": "2026-03-01 00:00",
              "Status": "canceled", "Ended At (UTC)": "2026-04-01 00:00"}  # fmt: skip
    third = {**SUB, "id": "sub_3", "Start (UTC)": "2026-06-01 00:00"}
    assert told(*events(rows(third, second, ENDED))) == [
        ("new", "100", "2026-01-05"), ("expansion", "140", "2026-03-01"),
        ("contraction", "100", "2026-03-01"), ("churn", "140", "2026-04-01"),
        ("reactivation", "100", "2026-06-01"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "field"),
    [({"id": ""}, "id"), ({"Customer ID": ""}, "Customer ID"), ({"Amount": "free"}, "Amount"),
     ({"Amount": "NaN"}, "Amount"), ({"Interval": "moon"}, "Interval"),
     ({"Interval Count": "x"}, "Interval Count"), ({"Interval Count": "0"}, "Interval"),
     ({"Start (UTC)": "yesterday"}, "Start (UTC)"), ({"Start (UTC)": ""}, "Start (UTC)"),
     ({"Status": ""}, "Status")],
)  # fmt: skip
def test_a_bad_row_is_named_and_loses_nothing_else(change: dict[str, str], field: str) -> None:
    found = list(convert(rows({**SUB, **change}, {**SUB, "id": "s2", "Customer ID": "c2"}), []))
    (bad,) = [one for one in found if one.bad]
    assert (bad.row.line, bad.bad and bad.bad.field) == (2, field)
    assert len([one for one in found if one.event]) == 1


def test_an_invoice_of_nobody_is_named() -> None:
    (_, bad) = sorted(convert(rows(SUB), rows({**BILL, "Subscription": "sub_9"})),
                      key=lambda one: one.bad is not None)  # fmt: skip
    assert (bad.bad and bad.bad.field) == "Subscription"


MONTHS = st.integers(1, 12)


@st.composite
def exports(draw: st.DrawFn) -> list[dict[str, str]]:
    """Subscriptions of a few customers, some ended."""
    found = []
    for number in range(draw(st.integers(1, 8))):
        start, length = draw(MONTHS), draw(st.none() | MONTHS)
        one = {**SUB, "id": f"s{number}", "Customer ID": draw(st.sampled_from("abc")),
               "Amount": str(draw(st.integers(1, 99))),
               "Start (UTC)": f"2025-{start:02}-01 00:00"}  # fmt: skip
        if length is not None:
            years, month = divmod(start + length - 1, 12)
            until = f"{2025 + years}-{month + 1:02}-01 00:00"
            one |= {"Status": "canceled", "Ended At (UTC)": until}
        found.append(one)
    return found


@settings(deadline=None)
@given(exports(), st.randoms())
def test_in_the_end_mrr_is_what_the_active_ones_pay(
    cells: list[dict[str, str]], random: Any
) -> None:
    shuffled = rows(*cells)
    random.shuffle(shuffled)
    found = events(rows(*cells))
    key = lambda one: one["id"]  # noqa: E731
    assert sorted(events(shuffled), key=key) == sorted(found, key=key)
    total = rollup(found).total
    assert total is not None
    active = sum(2 * Decimal(one["Amount"]) for one in cells if "Ended At (UTC)" not in one)
    assert total.on(total.last).mrr == active
    payers = {one["Customer ID"] for one in cells if "Ended At (UTC)" not in one}
    assert total.on(total.last).customers == len(payers)
