"""Lifetime value, on customers whose habits are known."""

import numpy as np
import pandas as pd
import pytest

from labverse.kernel.errors import InvalidInput
from labverse.upsell.buying import Buying, fit_buying, fit_spending
from labverse.upsell.history import history
from labverse.upsell.special import hypergeometric, log_gamma
from labverse.upsell.value import lifetime_value

START = pd.Timestamp("2025-01-01")
KNOWN, AHEAD = 270, 180


def bought(seed: int, customers: int) -> pd.DataFrame:
    """Transactions over KNOWN + AHEAD days by the model's own story."""
    rng = np.random.default_rng(seed)
    rows = []
    for customer in range(customers):
        rate, leaving = rng.gamma(0.8, 1 / 40.0), rng.beta(1.0, 3.0)
        mean = rng.gamma(6.0, 1.0) / rng.gamma(4.0, 1.0) * 12
        day = float(rng.integers(0, 80))
        while day < KNOWN + AHEAD:
            rows.append((customer, START + pd.Timedelta(days=int(day)), mean * rng.gamma(6.0) / 6))
            if rng.random() < leaving:
                break
            day += rng.exponential(1 / rate) if rate > 0 else 1e9
    return pd.DataFrame(rows, columns=["customer", "date", "amount"])


@pytest.fixture(scope="module")
def split() -> tuple[pd.DataFrame, pd.DataFrame, pd.Timestamp]:
    everything = bought(1, 3000)
    end = START + pd.Timedelta(days=KNOWN)
    return everything[everything["date"] <= end], everything[everything["date"] > end], end


Split = tuple[pd.DataFrame, pd.DataFrame, pd.Timestamp]


def test_what_comes_is_near_what_was_said(split: Split) -> None:
    known, later, end = split
    told = lifetime_value(known, AHEAD, end)
    days = later.drop_duplicates(["customer", "date"])
    plain = fit_buying(seen := history(known, end)).expected(seen, AHEAD)
    assert plain.sum() == pytest.approx(len(days), rel=0.15)
    lift = told["purchases"].to_numpy() / plain
    assert lift == pytest.approx(np.where(seen.repeats > 0, 1.17, 1.0))
    revenue = later.groupby("customer")["amount"].sum().reindex(told.index, fill_value=0.0)
    assert ((told["low"] <= revenue) & (revenue <= told["high"])).mean() >= 0.88
    best = revenue[told["rank"] <= len(told) // 10].sum() / revenue.sum()
    assert best >= 0.35


def test_order_does_not_matter_and_ranks_are_all_there(split: Split) -> None:
    known, _, end = split
    some = known[known["customer"] < 300]
    one = lifetime_value(some, 90, end)
    two = lifetime_value(some.sample(frac=1, random_state=3), 90, end)
    pd.testing.assert_frame_equal(one, two)
    assert sorted(one["rank"]) == list(range(1, len(one) + 1))


def test_a_longer_horizon_brings_more(split: Split) -> None:
    known, _, end = split
    some = known[known["customer"] < 300]
    assert (
        lifetime_value(some, 180, end)["purchases"] > lifetime_value(some, 30, end)["purchases"]
    ).all()


def test_the_first_purchase_is_no_repeat_and_a_day_counts_once() -> None:
    frame = pd.DataFrame({
        "customer": ["a", "a", "a", "b"],
        "date": ["2025-01-01", "2025-01-01", "2025-01-11", "2025-01-05"],
        "amount": [5.0, 6.0, 7.0, 8.0],
    })  # fmt: skip
    seen = history(frame, pd.Timestamp("2025-01-31"))
    assert seen.repeats.tolist() == [1, 0]
    assert seen.recency.tolist() == [10, 0]
    assert seen.age.tolist() == [30, 26]
    assert seen.mean_repeat.tolist() == [7, 0]


def test_the_story_is_recovered(split: Split) -> None:
    seen = history(split[0], split[2])
    buying, spending = fit_buying(seen), fit_spending(seen)
    assert buying.r / buying.alpha == pytest.approx(0.8 / 40, rel=0.25)
    assert buying.a / (buying.a + buying.b) == pytest.approx(0.25, abs=0.08)
    assert spending.p * spending.gamma / (spending.q - 1) == pytest.approx(6 * 12 / 3, rel=0.1)


def test_expected_purchases_agree_with_a_simulation() -> None:
    model = Buying(0.5, 40.0, 0.9, 1.5)
    seen = history(
        pd.DataFrame({"customer": [1, 1], "date": ["2025-01-01", "2025-02-20"], "amount": [1, 1]}),
        pd.Timestamp("2025-04-01"),
    )
    rng = np.random.default_rng(5)
    n = 400_000
    alive = rng.random(n) < model.alive(seen)[0]
    rate = rng.gamma(model.r + 1, 1 / (model.alpha + 90), n)
    count = np.minimum(rng.poisson(rate * 100), rng.geometric(rng.beta(model.a, model.b + 2, n)))
    assert model.expected(seen, 100)[0] == pytest.approx((alive * count).mean(), rel=0.02)


def test_functions_agree_with_known_values() -> None:
    assert log_gamma(np.array([0.5, 1.0, 5.0])) == pytest.approx([np.log(np.pi) / 2, 0, np.log(24)])
    one = np.array(1.0)
    assert hypergeometric(one, one, 2 * one, 0.5 * one) == pytest.approx(2 * np.log(2))


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"customer": [1], "date": ["2025-01-01"]}),
        pd.DataFrame({"customer": [1], "date": ["never"], "amount": [1.0]}),
        pd.DataFrame({"customer": [1], "date": ["2025-01-01"], "amount": [np.nan]}),
        pd.DataFrame({"customer": [], "date": [], "amount": []}),
    ],
)
def test_unreadable_transactions_are_refused(frame: pd.DataFrame) -> None:
    with pytest.raises(InvalidInput, match="transactions"):
        lifetime_value(frame, 30)


def test_one_customer_who_bought_once_has_a_value() -> None:
    frame = pd.DataFrame({"customer": ["a"], "date": ["2025-01-01"], "amount": [10.0]})
    told = lifetime_value(frame, 30)
    assert np.isfinite(told.to_numpy(dtype=float)).all()
