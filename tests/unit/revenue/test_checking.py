"""The check-in: what it adds up, what it calls unusual, and what it asks for."""

from datetime import date, timedelta
from typing import Any

import pytest

from labverse.revenue.advisable import actions
from labverse.revenue.checkin import CheckIn
from labverse.revenue.checking import Checking
from labverse.revenue.rates import Rates
from tests.unit.revenue.book import Ledger, Time
from tests.unit.revenue.events import moved
from tests.unit.revenue.rows import TODAY, Rows

START = date(2026, 1, 1)


def checked(rows: Any) -> CheckIn:
    return Checking(rows, Rates(), Time())()


def steady(**odd: float) -> Rows:
    """100 days of 100 new and 50 lost, a little more every other day; `odd` is yesterday."""
    rows = Rows()
    for back in range(100, -1, -1):
        fields = {"USD#new": 100.0 + back % 2, "USD#churn": 50.0 + back % 3, "customers": 1e-6}
        if back == 1:
            fields |= {f"USD#{kind}": amount for kind, amount in odd.items()}
        rows.put("total", "", TODAY - timedelta(days=back), fields)
    return rows


def commands(found: CheckIn) -> list[str | None]:
    return [one.command for one in found.next_actions]


def test_movements_add_up_to_the_change_of_mrr() -> None:
    found = checked(steady())
    assert [one.days for one in found.movements] == [1, 7, 30]
    for one in found.movements:
        gained = one.new + one.expansion + one.reactivation
        assert one.change == gained - one.contraction - one.churn
    assert found.movements[1].new == 703
    assert (found.today.day, found.today.customers, found.last_day) == (TODAY, 101, TODAY)


def test_the_figures_are_those_of_the_ledger() -> None:
    ledger = Ledger()
    ledger.give([moved("1", "new", "10"), moved("2", "churn", "4", 20)])
    found = Checking(ledger.sums, Rates(), ledger.time)()
    (day,) = ledger.report.mrr(TODAY, TODAY, None).days
    assert found.today == day
    assert found.last_day == START + timedelta(days=20)


def test_an_empty_ledger_asks_for_customers() -> None:
    found = checked(Rows())
    assert found.today.mrr == 0
    assert found.last_day is None
    assert found.spend.channels == []
    assert commands(found) == ["kimi revenue import FILE"]


def test_days_that_are_like_the_others_are_not_unusual() -> None:
    assert checked(steady()).anomalies == []


@pytest.mark.parametrize(
    ("odd", "what"), [({"churn": 400}, "lost"), ({"new": 0}, "won"), ({"expansion": 900}, "won")]
)
def test_a_day_like_no_other_is_shown_with_what_is_usual(odd: dict[str, float], what: str) -> None:
    found = checked(steady(**odd))
    (one,) = found.anomalies
    assert (one.day, one.what) == (TODAY - timedelta(days=1), what)
    assert (one.amount > one.usual) == (one.amount > one.limit) == (odd != {"new": 0})
    assert f"Find out what happened on {one.day}." in [do.what for do in found.next_actions]


def test_what_is_less_than_a_hundredth_of_mrr_is_not_worth_a_look() -> None:
    rows = steady(churn=400)
    rows.put("total", "", TODAY - timedelta(days=100), {"USD#expansion": 50_000})
    assert checked(rows).anomalies == []


def test_a_young_ledger_has_nothing_to_compare_with() -> None:
    rows = steady(churn=400)
    rows.of["total"] = rows.of["total"][-20:]
    assert checked(rows).anomalies == []


def test_spend_of_channels_and_what_it_won() -> None:
    rows = steady()
    for back, amount in ((31, 1), (30, 2), (29, 4), (7, 8), (6, 16), (0, 32)):
        day = TODAY - timedelta(days=back)
        rows.put("spend", "paid", day, {"USD#spend": amount})
        rows.put("channel", "paid", day, {"USD#new": amount / 4, "USD#churn": 9})
        rows.put("spend", "organic", day, {"USD#spend": 1})
    found = checked(rows)
    paid, organic = found.spend.channels
    assert [paid.week, paid.month, paid.won] == [48, 60, 15]
    assert [organic.month, organic.won] == [4, 0]
    assert [paid.per_new_mrr, organic.per_new_mrr] == [4, None]
    assert [found.spend.week, found.spend.month] == [50, 64]
    assert found.spend.last_day == TODAY
    target = commands(found)[-1]
    assert target == "kimi revenue --target-mrr 5500 --channels paid organic"
    assert "Ask what organic is for." in [one.what for one in found.next_actions]


def test_names_from_outside_never_reach_a_shell() -> None:
    rows = steady()
    for name in ("paid; rm -rf .", "-x"):
        rows.put("spend", name, TODAY, {"USD#spend": 1})
    assert commands(checked(rows))[-1] is None


def test_what_has_stopped_is_asked_for() -> None:
    rows = steady()
    late = TODAY - timedelta(days=4)
    rows.put("spend", "paid", late, {"USD#spend": 1})
    rows.of["total"] = [row for row in rows.of["total"] if row.day <= late.toordinal()]
    told = [one.what for one in checked(rows).next_actions]
    assert told[0] == "See whether events still arrive."
    assert "Tell what channels cost since." in told


def test_more_lost_than_won_comes_before_growth() -> None:
    rows = steady()
    for row in rows.of["total"][-30:]:
        row.fields["USD#churn"] = 120_000_000  # type: ignore[index]
    found = checked(rows)
    assert found.today.quick_ratio is not None
    assert "Stop what shrinks MRR before buying growth." in [do.what for do in found.next_actions]
    kept = found.today.model_copy(update={"quick_ratio": 2.0, "net_retention": 0.9})
    (why, *_) = actions(kept, [], found.spend, TODAY)
    assert "90.0%" in why.why
