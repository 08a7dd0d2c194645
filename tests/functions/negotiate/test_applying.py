"""A yes is applied once, to a world that is still the one it was said to."""

import pytest

from tests.functions.bargaining import CHANNELS, Bargaining, Market, later, spent

PATH = "/api/v2/negotiations"


def repriced(deals: Bargaining, by: float) -> None:
    """A new deployment, in which Spotify's own price is another one."""
    channels = deals.handler.cases().policy.channels
    own = channels["spotify"]
    price = own.market_cpm.model_copy(update={"median": own.market_cpm.median * by})
    channels["spotify"] = own.model_copy(update={"market_cpm": price})


def test_the_same_terms_are_not_asked_twice(deals: Bargaining, cloud: Market) -> None:
    open_, second = deals.settle(CHANNELS), deals.settle(CHANNELS)
    assert (second["state"], second["reason"]) == ("refused", "already_agreed")
    assert second["approval"] is None
    deals.decide(open_)
    third = deals.settle(CHANNELS)
    assert (third["state"], third["reason"]) == ("refused", "already_agreed")
    assert deals.decide(open_)["outcome"] == "agreed"
    assert len(cloud.told("DealRefused")) == 2


def test_a_month_has_only_so_much_money(deals: Bargaining, cloud: Market) -> None:
    agreed = deals.settle(CHANNELS)
    deals.decide(agreed)
    cloud.deals.items[f"spent#USD#{agreed['deal']['month']}"]["spent"] = {"N": "200000"}
    other = deals.settle({**CHANNELS, "platforms": ["spotify", "tiktok"]})
    applied = deals.decide(other)
    assert (applied["state"], applied["reason"]) == ("refused", "over_budget")
    assert spent(cloud, agreed) == 200_000
    assert f"terms#{other['deal']['digest']}" not in cloud.deals.items


def test_what_got_old_is_gathered_solved_and_asked_again(
    deals: Bargaining, cloud: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = deals.settle(CHANNELS)
    later(monkeypatch, hours=25)
    applied = deals.decide(told)
    assert (applied["outcome"], applied["state"]) == ("stale", "working")
    assert cloud.events == []
    assert deals.shown(told["id"])["approval"] is None


def test_when_prices_move_the_person_is_asked_about_the_new_deal(
    deals: Bargaining, cloud: Market
) -> None:
    told = deals.settle(CHANNELS)
    repriced(deals, 1.5)
    assert deals.decide(told)["outcome"] == "stale"
    asked = deals.propose(told["id"])["ask"]
    again = deals.shown(told["id"])
    assert (again["state"], again["round"]) == ("waiting", 2)
    assert asked["id"] == f"{told['id']}-2" != told["approval"]["id"]
    assert again["deal"]["digest"] != told["deal"]["digest"]
    late = deals.decide(again, terms_digest=told["deal"]["digest"])
    assert late["outcome"] == "stale", "a yes to other terms is none"
    deals.propose(told["id"])
    third = deals.shown(told["id"])
    assert deals.decide(third)["outcome"] == "agreed"
    assert len(cloud.told("DealAgreed")) == 1


def test_a_small_move_of_prices_is_no_reason(deals: Bargaining) -> None:
    told = deals.settle(CHANNELS)
    repriced(deals, 1.05)
    assert deals.decide(told)["outcome"] == "agreed"


def test_it_is_not_asked_again_for_ever(deals: Bargaining) -> None:
    told = deals.settle(CHANNELS)
    for n in range(2):
        repriced(deals, 1.2)
        assert deals.decide(told)["outcome"] == "stale", n
        deals.propose(told["id"])
        told = deals.shown(told["id"])
    repriced(deals, 1.2)
    applied = deals.decide(told)
    assert (applied["outcome"], applied["state"], applied["reason"]) == ("over", "refused", "stale")


def test_terms_that_became_somebody_elses_are_refused(deals: Bargaining, cloud: Market) -> None:
    told = deals.settle(CHANNELS)
    terms = cloud.deals.items[f"terms#{told['deal']['digest']}"]
    terms["holder"] = {"S": "another"}
    applied = deals.decide(told)
    assert (applied["state"], applied["reason"]) == ("refused", "already_agreed")
    assert terms["holder"] == {"S": "another"}
