"""What channels cost and won, out of the daily rows."""

from datetime import date, timedelta

from labverse.revenue.histories import histories
from labverse.revenue.rates import Rate, Rates
from tests.unit.revenue.rows import TODAY, Rows, company


def test_histories_end_with_the_last_spend_that_we_were_told_of() -> None:
    rows, last = company(days=40, skip=5), TODAY.toordinal() - 1
    for dimension in ("spend", "channel"):
        for row in list(rows.of[dimension]):
            if row.value == "affiliate" and row.day > last - 15:
                rows.of[dimension].remove(row)
    paid, gone = histories(["paid", "affiliate"], rows.rows("spend"), rows.rows("channel"),
                           Rates(), last)  # fmt: skip
    assert len(paid.spend) == len(gone.spend) == 40
    assert gone.spend[-10:].tolist() == [0] * 10


def test_spend_and_what_it_won_are_valued_on_their_own_day() -> None:
    rates = Rates(table=(
        Rate(currency="EUR", since=date(2020, 1, 1), value=2),  # type: ignore[arg-type]
        Rate(currency="EUR", since=TODAY - timedelta(days=1), value=3),  # type: ignore[arg-type]
    ))  # fmt: skip
    rows = Rows()
    for back, amount in ((2, 10), (1, 10)):
        day = TODAY - timedelta(days=back)
        rows.put("spend", "paid", day, {"EUR#spend": amount, "USD#spend": 1})
        rows.put("channel", "paid", day, {"EUR#new": 5, "EUR#expansion": 9, "USD#reactivation": 1})
    (found,) = histories(
        ["paid"], rows.rows("spend"), rows.rows("channel"), rates, TODAY.toordinal() - 1
    )
    assert (found.spend.tolist(), found.revenue.tolist()) == ([21, 31], [11, 16])
