"""A deal comes with all that is to be known about it before somebody says yes."""

from dataclasses import replace
from typing import Any

import pytest

from labverse.approve.asking import Ask
from labverse.negotiate import solving
from labverse.negotiate.solver import solve
from tests.functions.bargaining import CHANNELS, Bargaining, Market
from tests.functions.negotiate.stated import (
    changed,
    issue,
    outcomes,
    position,
    request,
    tabled,
    three_prices,
)


def codes(told: Any) -> dict[str, list[str]]:
    """The agents of each warning by its code."""
    return {one["code"]: one["agents"] for one in told["warnings"]}


def test_positions_in_full_agree(deals: Bargaining) -> None:
    told = deals.settle(three_prices())
    assert told["state"] == "waiting"
    assert told["deal"]["terms"]["deal"] == {"price": "6.5"}
    assert told["deal"]["words"] == "buyer and seller agree on price: 6.5."
    assert told["deal"]["committed"] == 0
    assert told["certificate"]["values"] == [2, 2]
    assert told["certificate"]["gap"] == 0
    assert told["impact"]["kept"] is None, "stated scenarios are all there are"
    assert deals.decide(told)["outcome"] == "agreed"


def test_money_is_exact_whatever_its_unit(deals: Bargaining) -> None:
    """A tenth of a cent more than a float can tell; cents and dollars agree on the same."""
    body = changed(three_prices(), "issues.0.cost", ["0.1", "20000.000001", 0.3])
    for place, scale, unit in ((0, 100, "minor"), (1, 1_000_000, "micros")):
        rows = body["positions"][place]["utilities"]
        scaled = [[value * scale for value in row] for row in rows]
        body = changed(body, f"positions.{place}.utilities", scaled)
        body = changed(body, f"positions.{place}.unit", unit)
    told = deals.settle(body)
    assert told["certificate"]["values"] == [2, 2], "in dollars"
    assert told["deal"]["terms"]["committed"] == "20000.000001"
    assert told["deal"]["committed"] == 20000.000001


def test_ties_are_counted_and_the_first_is_taken(deals: Bargaining) -> None:
    assert "ties" not in codes(deals.settle(three_prices()))
    body = request(
        [issue("colour", "red", "green", "blue")],
        [position("buyer", [[1, 1, 1]]), position("seller", [[1, 1, 1]])],
    )
    tied = deals.settle(body)
    assert tied["certificate"]["ties"] == 3
    assert tied["deal"]["terms"]["deal"] == {"colour": "red"}
    assert "ties" in codes(tied)


def test_whoever_has_nothing_to_gain_is_flagged(deals: Bargaining) -> None:
    told = deals.settle(three_prices(0, 0, 0))
    assert codes(told)["indifferent"] == ["buyer"]
    assert told["deal"]["terms"]["deal"] == {"price": 8}


def test_whoever_takes_nearly_everything_is_flagged(deals: Bargaining) -> None:
    told = deals.settle(three_prices(90, 60, 30))
    assert codes(told)["dominating"] == ["buyer"]
    assert told["certificate"]["surplus_shares"][0] > 0.8
    assert set(told["certificate"]) >= {"contributions", "nash"}


def quoted(*prices: float) -> dict[str, Any]:
    body = three_prices()
    for place, price in enumerate(prices):
        quote = {"pricing_model": "cpm", "price": price}
        body = changed(body, f"positions.{place}.quote", quote)
    return body


@pytest.mark.parametrize(
    ("prices", "suspects"),
    [
        ((7, 9), []),
        ((7, 900), ["seller"]),
        ((2, 50), ["seller"]),
        ((0.006, 7), ["buyer", "seller"]),
    ],
)
def test_a_wrong_unit_is_suspected(
    deals: Bargaining, prices: tuple[float, float], suspects: list[str]
) -> None:
    """The choice would not show it: everything is 100 times what it is."""
    told = deals.settle(quoted(*prices))
    assert codes(told).get("suspect_units", []) == suspects
    assert told["deal"]["terms"]["deal"] == {"price": "6.5"}


def test_a_quote_in_micros_is_no_suspect(deals: Bargaining) -> None:
    body = changed(quoted(7, 8_000_000), "positions.1.unit", "micros")
    told = deals.settle(body)
    assert "suspect_units" not in codes(told)
    assert [one["ecpm"] for one in told["positions"]] == [7, 8]


def test_the_spread_between_two_pricing_models_is_told(deals: Bargaining) -> None:
    """CPM 5 against CPA 30 with CTR CVR of 0.02 % or 0.03 %: eCPM 6 or 9, never a loss."""
    body = quoted(5)
    rates = {"ctr": 0.01, "cvr": [0.02, 0.03]}
    quote = {"pricing_model": "cpa", "price": "30", "rates": rates}
    told = deals.settle(changed(body, "positions.1.quote", quote))["arbitrage"]
    assert told["between"] == "buying at buyer's price, selling at seller's"
    assert (told["riskless"], told["robust"], told["expected"]) == (True, True, True)
    assert (told["mean"], told["worst"]) == pytest.approx((2.5, 1))


def test_gains_from_misreporting_are_told(deals: Bargaining) -> None:
    told = deals.settle(CHANNELS)
    claims = {(one["agent"], one["claim"]): one for one in told["sensitivity"]}
    assert sorted({claim for _, claim in claims}) == [-0.5, -0.25, -0.1, 0.1, 0.25, 0.5]
    best = claims["tiktok", 0.5]
    assert best["gain"] > 0 > best["others"]
    assert "tiktok" in codes(told)["misreporting_pays"]


def test_a_search_that_was_cut_short_is_never_called_optimal(
    deals: Bargaining, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_short(problem: Any) -> Any:
        found = solve(problem)
        certificate = {**found.certificate, "gap": 0.25}
        return replace(found, status="bounded", reason="time", certificate=certificate)

    monkeypatch.setattr(solving, "solve", cut_short)
    told = deals.settle(three_prices())
    assert (told["state"], told["deal"]["proof"]) == ("waiting", "bounded")
    assert "bounded" in codes(told)
    assert told["certificate"]["gap"] == 0.25


def test_splitting_the_volume_is_offered_where_it_saves_regret(deals: Bargaining) -> None:
    """Either gets all or nothing; half of each halves what both regret."""
    body = request(
        [issue("winner", "buyer", "seller")],
        [position("buyer", [[10, 1]]), position("seller", [[1, 10]])],
    )
    told = deals.settle(body)["split"]
    assert [part["share"] for part in told["parts"]] == pytest.approx([0.5, 0.5])
    assert told["phi"] < told["pure_phi"] * 0.6
    assert {part["deal"]["winner"] for part in told["parts"]} == {"buyer", "seller"}


def test_a_space_beyond_enumeration_is_solved_by_its_tables(deals: Bargaining) -> None:
    """Ten to the eighth outcomes; nobody looks at each, and that is said."""
    issues = [issue(f"i{n}", *range(10)) for n in range(8)]
    up, down = [[float(n)] for n in range(10)], [[float(9 - n)] for n in range(10)]
    body = request(issues, [tabled("buyer", *[up] * 8), tabled("seller", *[down] * 8)])
    told = deals.settle(body)
    assert told["state"] == "waiting"
    assert "not_looked_at" in codes(told)
    assert (told["sensitivity"], told["split"]) == ([], None)
    assert sum(told["certificate"]["values"]) == pytest.approx(72)


def test_the_same_request_is_the_same_deal_in_every_byte(deals: Bargaining) -> None:
    first, again = deals.open(CHANNELS), deals.open(CHANNELS)
    for id_ in (first, again):
        deals.propose(id_)
    one, two = deals.shown(first), deals.shown(again)
    assert two["reason"] == "already_agreed"
    assert one["deal"] == two["deal"]
    assert one["certificate"] == two["certificate"]
    assert one["impact"]["seed"] != two["impact"]["seed"], "the run's id names the draws as well"


def test_states_of_eight_agents_are_small(deals: Bargaining, cloud: Market) -> None:
    issues = [issue(f"issue {n}", *[f"value {m} of {n}" for m in range(4)]) for n in range(5)]
    count = len(outcomes(4, 4, 4, 4, 4))
    agents = [f"agent number {n}" for n in range(8)]
    rows = [
        [[float((k * (n + 3) + s) % 17 + 1) for k in range(count)] for s in range(5)]
        for n in range(8)
    ]
    body = request(issues, [position(name, row) for name, row in zip(agents, rows, strict=True)])
    id_ = deals.open(body)
    asked = deals.propose(id_)["ask"]
    told = deals.shown(id_)
    assert told["state"] == "waiting"
    assert len(told["sensitivity"]) == 48
    facts = {one.label: one.value for one in Ask.model_validate(asked).facts}
    assert all(name in facts["Gains, USD a month"] for name in agents)
    item = cloud.deals.items[told["id"]]["record"]["S"]
    assert len(item) < 64 * 1024
