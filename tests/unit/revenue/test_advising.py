"""Advice out of the ledger: what it takes, what it promises, and when it refuses."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from labverse.revenue.advice import Advice, Goal
from labverse.revenue.advising import Advising
from labverse.revenue.config import AllocationLimits, RevenuePolicy
from labverse.revenue.proposing import propose
from labverse.revenue.spending import Spending
from tests.unit.revenue.book import Time
from tests.unit.revenue.rows import TODAY, Rows, company

POLICY = RevenuePolicy()


def advised(rows: Rows, **goal: Any) -> Advice:
    asked = {"target_mrr": 1e6, "channels": ["paid", "affiliate"], **goal}
    return Advising(rows, POLICY, Time())(Goal.model_validate(asked))


def budgets(advice: Advice) -> dict[str, float]:
    return {one.channel: one.recommended for one in advice.channels}


def test_the_same_money_goes_where_the_next_of_it_wins_more() -> None:
    found = advised(company(), optimization_type="conversion_rate")
    assert (found.status, found.probability_of_loss < 0.025) == ("move", True)
    now = {one.channel: one.current for one in found.channels}
    assert budgets(found)["affiliate"] > now["affiliate"]
    assert budgets(found)["paid"] < now["paid"]
    assert sum(budgets(found).values()) == pytest.approx(sum(now.values()))
    # The truth at these budgets.
    gain = 1500 * budgets(found)["affiliate"] / (4000 + budgets(found)["affiliate"])
    gain -= 1500 * now["affiliate"] / (4000 + now["affiliate"])
    loss = 900 * now["paid"] / (150 + now["paid"])
    loss -= 900 * budgets(found)["paid"] / (150 + budgets(found)["paid"])
    assert 0 < found.effect.low < gain - loss < found.effect.high
    assert found.payback_months is None


def test_as_much_is_won_for_less() -> None:
    found = advised(company(top=4000.0), optimization_type="spend")
    assert found.budget < 0.95 * sum(one.current for one in found.channels)
    assert found.effect.expected > 0
    assert found.probability_of_loss <= 0.025
    assert found.binding in {"evidence", "target"}


def test_a_target_costs_as_much_as_it_needs() -> None:
    today = advised(company(), optimization_type="conversion_rate").outlook
    near = advised(company(), target_mrr=today.expected + 2000)
    assert near.outlook.reached
    assert near.binding == "target"
    assert near.budget > sum(one.current for one in near.channels)
    assert near.outlook.low < near.outlook.expected < near.outlook.high
    assert near.payback_months is not None
    assert near.payback_months < POLICY.payback_months
    below = advised(company(), target_mrr=today.mrr)
    assert below.budget == pytest.approx(sum(one.current for one in below.channels))


def test_a_target_that_is_out_of_reach_is_called_so() -> None:
    found = advised(company(), target_mrr=1e9)
    assert not found.outlook.reached
    assert found.binding in {"payback", "trust_region"}
    assert found.budget <= 2 * sum(one.current for one in found.channels) + 1e-6


@pytest.mark.parametrize(("aim", "top"), [("target_mrr", 90_000.0), ("spend", 90_000.0)])
def test_no_channel_goes_further_from_today_than_the_policy_lets_it(aim: str, top: float) -> None:
    found = advised(company(top=top), target_mrr=1e9, optimization_type=aim)
    shares = [one.recommended / one.current for one in found.channels]
    assert found.budget != pytest.approx(sum(one.current for one in found.channels))
    step = found.budget / min(one.current for one in found.channels) / 100
    assert all(0.25 - step <= share <= 3 + step for share in shares)


def test_money_that_does_not_pay_back_is_not_asked_for() -> None:
    dear = POLICY.model_copy(update={"payback_months": 0.5})
    goal = Goal(target_mrr=1e9, channels=["paid", "affiliate"])
    found = Advising(company(), dear, Time())(goal)
    assert found.binding == "payback"
    assert found.budget == pytest.approx(sum(one.current for one in found.channels))


def test_the_outlook_goes_on_as_it_went() -> None:
    rows = Rows()
    for back in range(100, 0, -1):
        rows.put("total", "", TODAY - timedelta(days=back), {"USD#new": 30, "USD#churn": 20})
    found = advised(rows, days=10)
    assert (found.status, found.outlook.mrr) == ("too_thin", 1000)
    assert found.outlook.without == found.outlook.expected == pytest.approx(1100)
    assert found.outlook.low == found.outlook.high == pytest.approx(1100)


def test_thin_data_is_refused_and_what_is_missing_is_counted() -> None:
    found = advised(company(days=20))
    assert (found.status, found.binding, found.effect.expected) == ("too_thin", "data", 0)
    told = {(one.channel, one.what): (one.have, one.need) for one in found.missing}
    assert told["paid", "periods"] == told["affiliate", "periods"] == (20, 28)
    assert told["all", "channels with enough data"] == (0, 2)
    assert budgets(found) == {one.channel: one.current for one in found.channels}
    assert found.backtest == []


def test_a_channel_that_nobody_knows_keeps_nothing_and_stops_nobody() -> None:
    found = advised(company(), channels=["paid", "organic", "affiliate", "paid"])
    assert found.status == "move"
    assert budgets(found)["organic"] == 0
    assert {one.channel for one in found.missing} == {"organic"}
    assert len(found.channels) == 3


def test_an_empty_ledger_is_refused() -> None:
    found = advised(Rows())
    assert (found.status, found.outlook.mrr, found.outlook.reached) == ("too_thin", 0, False)


def test_advice_of_days_gone_by_is_judged_by_later_days_only() -> None:
    found = advised(company()).backtest
    assert [one.as_of for one in found] == [
        TODAY - timedelta(days=1 + back) for back in (60, 120, 180)
    ]
    assert all(one.low < one.turned_out < one.high for one in found)
    moved = [one for one in found if one.status == "move"]
    assert moved
    assert all(one.turned_out > 0 for one in moved)
    assert advised(company(days=80)).backtest == []


def test_what_came_later_does_not_change_what_would_have_been_advised() -> None:
    rows, other = company(), company()
    for row in other.of["channel"]:
        if row.day >= (TODAY - timedelta(days=60)).toordinal():
            row.fields["USD#new"] *= 3  # type: ignore[index]
    promised = [advised(one).backtest[0].expected for one in (rows, other)]
    assert promised[0] == promised[1]


@pytest.mark.parametrize("aim", ["conversion_rate", "spend"])
def test_without_evidence_nothing_moves(aim: Any) -> None:
    """Two channels that are alike in everything: each next unit of money wins as much."""
    rng = np.random.default_rng(1)
    spend = 100 * rng.lognormal(0, 0.3, 120)
    one = Spending("a", spend, spend**0.5 * rng.lognormal(0, 0.2, 120))
    found = propose([one, replace(one, channel="b")], aim, lambda _: False, POLICY)
    assert (found.status, found.extra) == ("hold", 0)
    assert [at.recommended for at in found.channels] == pytest.approx(
        [at.current for at in found.channels]
    )


def test_the_trust_region_is_what_the_policy_says() -> None:
    narrow = RevenuePolicy(allocation=AllocationLimits(total=1.0))
    goal = Goal(target_mrr=1e9, channels=["paid", "affiliate"])
    found = Advising(company(), narrow, Time())(goal)
    assert (found.binding, found.unspent) == ("trust_region", 0)
