"""Without a deal there is a typed answer, and the figures that say how far one is away."""

from typing import Any

import pytest

from labverse.negotiate import solving
from labverse.negotiate.solver import Solution
from tests.functions.bargaining import Bargaining
from tests.functions.negotiate.stated import (
    changed,
    issue,
    position,
    request,
    three_prices,
)


def ended(deals: Bargaining, body: Any) -> Any:
    """The record of a negotiation that ends without a deal, of which the bus is told once."""
    told = deals.settle(body)
    (refused,) = deals.market.told("DealRefused")
    assert (refused["state"], refused["reason"]) == (told["state"], told["reason"])
    assert (told["deal"], told["approval"], told["impact"]) == (None, None, None)
    assert told["certificate"]["agents"] == told["platforms"]
    return told


def test_impossible_constraints_are_told_with_the_least_relaxation(deals: Bargaining) -> None:
    body = changed(three_prices(), "issues.0.cost", [10, 12, 14]) | {"budget": 7}
    told = ended(deals, body)
    assert (told["state"], told["reason"]) == ("no_agreement", "infeasible_constraints")
    assert told["certificate"]["relaxation"] == {"constraint": "budget", "by": 3, "to": 10}


def test_an_empty_zone_is_told_with_the_nearest_point(deals: Bargaining) -> None:
    """Nobody can be content at once, but a side payment of 1 would do at the middle price."""
    told = ended(deals, three_prices(-4, -1, -5))
    assert (told["state"], told["reason"]) == ("no_agreement", "empty_zopa")
    nearest = told["certificate"]["nearest"]
    assert nearest["deal"] == {"price": "6.5"}
    assert nearest["shortfall"] == [1, 0]
    assert told["certificate"]["side_payments_close_it"]
    assert told["certificate"]["largest_joint_value"] == 1


def test_side_payments_do_not_close_every_gap(deals: Bargaining) -> None:
    told = ended(deals, three_prices(-4, -3, -5))
    assert not told["certificate"]["side_payments_close_it"]


def test_what_agrees_only_on_average_is_not_robust(deals: Bargaining) -> None:
    """The buyer gains 1 or 4 less 2: content on average, not in the worse half of the world."""
    body = request(
        [issue("price", 5)],
        [position("buyer", [[-1], [2]]), position("seller", [[1], [1]])],
        risk_aversion=1,
        tail=0.5,
    )
    told = ended(deals, body)
    assert (told["state"], told["reason"]) == ("no_agreement", "not_robust")
    # The mean is 0.5, the tail -1: 0.5 (1 - a) - a = 0.
    assert told["certificate"]["largest_risk_aversion"] == pytest.approx(1 / 3)


def test_without_a_pure_equilibrium_the_least_epsilon_is_told(deals: Bargaining) -> None:
    """Matching pennies: whoever moves last wins."""
    wins = [3.0, 1.0, 1.0, 3.0]
    body = request(
        [issue("left", 0, 1, owner="even"), issue("right", 0, 1, owner="odd")],
        [position("even", [wins]), position("odd", [[4 - one for one in wins]])],
        nash_equilibrium=True,
    )
    told = ended(deals, body)
    assert (told["state"], told["reason"]) == ("no_equilibrium", "no_pure_equilibrium")
    assert told["certificate"]["epsilon_min"] == pytest.approx(2 / 4)
    ((move),) = told["certificate"]["deviations"]
    assert move["gain"] == pytest.approx(2)
    allowed = deals.settle(body | {"epsilon": 0.51})
    assert allowed["state"] == "waiting"


def test_a_search_that_found_nothing_in_time_has_failed(
    deals: Bargaining, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solving, "solve", lambda _: Solution("bounded", "nothing in time"))
    told = ended(deals, three_prices())
    assert (told["state"], told["reason"]) == ("failed", "nothing in time")
