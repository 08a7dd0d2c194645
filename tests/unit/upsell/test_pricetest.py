"""Price tests that are looked at every day."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.kernel.errors import InvalidInput
from labverse.upsell.pricetest import Test as PriceTest
from labverse.upsell.sequential import bound, mixture_bound, planned_bound

DAYS, A_DAY, PLANNED = 60, 200, 24_000


def states(lift: float, runs: int, seed: int, days: int = DAYS) -> list[str]:
    """The state that each run ends in, looking daily and stopping at the first finding."""
    rng = np.random.default_rng(seed)
    ends = []
    for _ in range(runs):
        test, state, day = PriceTest(("old", "new"), PLANNED, 0.05), "running", 0
        while state == "running" and day < days:
            day += 1
            for arm, rate in (("old", 0.10), ("new", 0.10 * (1 + lift))):
                n = int(rng.binomial(2 * A_DAY, 0.5))
                spent = (rng.random(n) < rate) * rng.lognormal(3, 0.5, n)
                test.add(arm, n, float(spent.sum()), float((spent**2).sum()))
            state = test.verdict().state
        ends.append(state)
    return ends


def test_daily_looks_at_equal_prices_find_nothing_19_times_in_20() -> None:
    assert states(0.0, 1000, 1).count("running") >= 0.95 * 1000


def test_the_test_stays_valid_beyond_its_plan() -> None:
    assert states(0.0, 200, 2, 2 * DAYS).count("running") >= 0.94 * 200


def test_a_better_price_is_found() -> None:
    assert states(0.20, 150, 3).count("better") >= 0.9 * 150


def test_a_worse_price_is_found_early() -> None:
    assert states(-0.40, 60, 4, 30).count("worse") >= 0.9 * 60


def test_shares_that_differ_from_the_plan_void_the_test() -> None:
    test = PriceTest(("old", "new"), PLANNED, 0.05)
    test.add("old", 5200, 5200, 5300).add("new", 4800, 9600, 20000)
    verdict = test.verdict()
    assert verdict.state == "mismatch"
    assert verdict.srm_p < 0.01


def test_planned_shares_may_be_unequal() -> None:
    test = PriceTest({"old": 9, "new": 1}, PLANNED, 0.05)
    test.add("old", 9050, 9050, 9100).add("new", 950, 950, 960)
    assert test.verdict().srm_p > 0.5


def test_nothing_is_said_of_a_handful() -> None:
    verdict = (
        PriceTest(("old", "new"), PLANNED).add("old", 3, 3, 9).add("new", 4, 400, 4e5).verdict()
    )
    assert (verdict.state, verdict.low, verdict.high) == ("running", -math.inf, math.inf)


def test_the_arm_that_is_furthest_off_is_the_one_told_of() -> None:
    test = PriceTest(("old", "same", "dear"), PLANNED)
    for arm, mean in (("old", 1.0), ("same", 1.0), ("dear", 0.5)):
        test.add(arm, 5000, 5000 * mean, 5000 * (mean**2 + 1))
    verdict = test.verdict()
    assert (verdict.arm, verdict.state) == ("dear", "worse")
    assert verdict.effect == pytest.approx(-0.5)


@given(st.floats(50, 1e6), st.floats(100, 1e6))
def test_the_bound_is_never_narrower_than_a_single_look(n: float, n_star: float) -> None:
    assert bound(n, n_star, 0.05) > 1.96
    assert planned_bound(n_star * 1.01, n_star, 0.05) == math.inf
    assert mixture_bound(n, n_star, 0.01) > mixture_bound(n, n_star, 0.05)


@pytest.mark.parametrize(
    ("arm", "n", "total", "squares"),
    [("other", 1, 1, 1), ("old", -1, 0, 0), ("old", 1, math.nan, 1), ("old", 2, 10, 1)],
)
def test_impossible_sums_are_refused(arm: str, n: int, total: float, squares: float) -> None:
    with pytest.raises(InvalidInput):
        PriceTest(("old", "new"), PLANNED).add(arm, n, total, squares)


@pytest.mark.parametrize("arms", [("old",), ("old", "old"), {"old": 1, "new": 0}])
def test_impossible_plans_are_refused(arms: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput):
        PriceTest(arms, PLANNED)
