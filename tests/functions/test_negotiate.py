"""functions/negotiate through its front doors, with its workflow's states run in order."""

from collections.abc import Callable
from typing import Any

import pytest

from labverse.adapters import aws
from tests.functions.bargaining import ENVIRONMENT, Bargaining, Market

Event = Callable[[str], Any]
CHANNELS = {
    "goal": "Cross-platform content syndication",
    "platforms": ["tiktok", "spotify"],
}


@pytest.fixture(autouse=True)
def granted() -> None: ...  # TEMPORARY


@pytest.fixture
def cloud(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> Market:
    """In place of the cloud that every function has."""
    market = Market()
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(aws, "client", lambda _service: market)
    return market


@pytest.fixture
def deals(cloud: Market, fresh: Callable[[Any], Any], event: Event) -> Bargaining:
    from functions.negotiate import handler

    return Bargaining(fresh(handler), cloud, event("negotiate/http"))


def test_two_channels_agree_and_a_person_says_yes(deals: Bargaining, cloud: Market) -> None:
    id_ = deals.open(CHANNELS)
    assert deals.answer["headers"]["location"] == f"/api/v2/negotiations/{id_}"
    assert cloud.inputs[id_] == {
        "negotiation_id": id_,
        "agents": CHANNELS["platforms"],
        "ask": True,
    }
    assert deals.shown(id_)["state"] == "working"
    recorded = deals.propose(id_)
    told = deals.shown(id_)
    assert (told["state"], told["approval"]["state"]) == ("waiting", "requested")
    assert recorded["ask"]["terms_digest"] == told["deal"]["digest"]
    assert recorded["ask"]["id"] == told["approval"]["id"]
    assert [one["agent"] for one in told["positions"]] == CHANNELS["platforms"]
    assert told["impact"]["pi90"][0] < told["impact"]["ci95"][0] < told["impact"]["mean"]
    assert {one["agent"] for one in told["impact"]["per_agent"]} == set(CHANNELS["platforms"])
    assert 0.5 < told["impact"]["kept"] < 2
    assert len(told["sensitivity"]) == 12
    assert told["arbitrage"]["expected"]
    applied = deals.decide(told)
    assert (applied["outcome"], applied["state"]) == ("agreed", "agreed")
    after = deals.shown(id_)
    assert (after["state"], after["approval"]["state"]) == ("agreed", "approved")
    assert after["applied_at"]
    (agreed,) = cloud.told("DealAgreed")
    assert agreed["terms_digest"] == told["deal"]["digest"]
    assert agreed["event_id"] == applied["event_id"]
    print(max(deals.sizes))
