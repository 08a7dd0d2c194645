"""functions/negotiate through its front doors, with its workflow's states run in order."""

import json
from typing import Any

import pytest

from labverse.approve.asking import Ask
from labverse.kernel.errors import Conflict, InvalidInput, NotFound
from tests.functions.bargaining import ANA, CHANNELS, Bargaining, Market, cloud, deals, spent

PATH = "/api/v2/negotiations"

__all__ = ["cloud", "deals"]


def test_two_channels_agree_and_a_person_says_yes(deals: Bargaining, cloud: Market) -> None:
    id_ = deals.open(CHANNELS)
    assert deals.answer["headers"]["location"] == f"{PATH}/{id_}"
    given = {"negotiation_id": id_, "agents": CHANNELS["platforms"], "ask": True}
    assert cloud.inputs[id_] == given
    assert deals.shown(id_)["state"] == "working"
    recorded = deals.propose(id_)
    told = deals.shown(id_)
    assert (told["state"], told["approval"]["state"]) == ("waiting", "requested")
    assert recorded["ask"]["terms_digest"] == told["deal"]["digest"]
    assert recorded["ask"]["id"] == told["approval"]["id"]
    assert recorded["ask"]["requester"] == told["requester"]
    assert Ask.model_validate(recorded["ask"]).facts[-1].value == f"kimi negotiate --id {id_}"
    assert [one["agent"] for one in told["positions"]] == CHANNELS["platforms"]
    assert told["impact"]["pi90"][0] < told["impact"]["ci95"][0] < told["impact"]["mean"]
    assert {one["agent"] for one in told["impact"]["per_agent"]} == set(CHANNELS["platforms"])
    assert 0.5 < told["impact"]["kept"] < 2
    assert len(told["sensitivity"]) == 12
    assert told["arbitrage"]["expected"]
    assert cloud.events == []
    applied = deals.decide(told)
    assert (applied["outcome"], applied["state"]) == ("agreed", "agreed")
    after = deals.shown(id_)
    assert (after["state"], after["approval"]["state"]) == ("agreed", "approved")
    assert after["approval"]["decided_by"] == ANA
    assert after["applied_at"]
    (agreed,) = cloud.told("DealAgreed")
    assert agreed["terms_digest"] == told["deal"]["digest"]
    assert agreed["event_id"] == applied["event_id"]
    assert spent(cloud, told) == told["deal"]["committed"]


def test_every_state_may_run_again(deals: Bargaining, cloud: Market) -> None:
    id_ = deals.open(CHANNELS)
    first, again = deals.propose(id_), deals.propose(id_)
    assert first == again
    told = deals.shown(id_)
    assert deals.decide(told) == deals.decide(told)
    one, two = cloud.told("DealAgreed")
    assert one == two, "a consumer sees by its id that it is a repeat"
    assert spent(cloud, told) == told["deal"]["committed"], "once"
    assert deals.propose(id_)["outcome"] == "over"
    assert deals.shown(id_)["state"] == "agreed"


@pytest.mark.parametrize("reason", ["vetoed", "expired", "abandoned"])
def test_without_a_yes_it_is_refused(deals: Bargaining, cloud: Market, reason: str) -> None:
    told = deals.settle(CHANNELS)
    applied = deals.decide(told, reason)
    assert (applied["outcome"], applied["state"], applied["reason"]) == ("over", "refused", reason)
    assert deals.shown(told["id"])["approval"]["state"] == reason
    assert deals.decide(told, "approved")["state"] == "refused", "what is final stays so"
    refused, *repeats = cloud.told("DealRefused")
    assert (refused["reason"], refused["terms_digest"]) == (reason, told["deal"]["digest"])
    assert all(one == refused for one in repeats)
    assert cloud.told("DealAgreed") == []
    assert deals.settle(CHANNELS)["state"] == "waiting", "it may be asked again"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("It pays 9.50 USD elsewhere.", True),
        ("It pays 9.00 USD elsewhere.", False),
        ("It would pay ninety elsewhere.", False),
        ("It pays 9.50 USD elsewhere, see https://example.com.", False),
        ("It pays 9.50 USD elsewhere. <!channel>", False),
        ("x" * 700, False),
        ("", False),
    ],
)
def test_a_model_may_say_it_in_other_words_but_no_other_numbers(
    deals: Bargaining, said: str, kept: bool
) -> None:
    id_ = deals.open(CHANNELS)
    brought = deals.step("task_gather", {"negotiation_id": id_, "agent": "tiktok"})
    assert "9.50 USD" in brought["prompt"]
    deals.phrase["tiktok"] = said
    deals.propose(id_)
    rationale = deals.shown(id_)["positions"][0]["rationale"]
    assert (rationale == said) is kept
    assert kept or "tiktok buys reach" in rationale


def test_what_was_asked_is_what_is_solved(deals: Bargaining, cloud: Market) -> None:
    id_ = deals.open(CHANNELS)
    cloud.objects[f"negotiations/{id_}/request.json"] += b" "
    with pytest.raises(Conflict, match="not what its reference names"):
        deals.propose(id_)
    cause = json.dumps({"errorMessage": "it is another", "errorType": "Conflict"})
    broken = {"negotiation_id": id_, "failed": "Conflict", "cause": cause}
    failed = deals.step("task_record", broken)
    assert (failed["outcome"], failed["state"]) == ("over", "failed")
    assert deals.shown(id_)["reason"] == "conflict: it is another"


@pytest.mark.parametrize(
    ("entry", "state", "error"),
    [
        ("task_gather", {"negotiation_id": "nobody", "agent": "tiktok"}, NotFound),
        ("task_gather", {"agent": "tiktok"}, InvalidInput),
        ("task_solve", {"negotiation_id": "ID", "positions": []}, InvalidInput),
        ("task_gather", {"negotiation_id": "ID", "agent": "myspace"}, InvalidInput),
        ("task_apply", {"negotiation_id": "ID", "verdict": {}}, InvalidInput),
    ],
)
def test_what_a_state_cannot_use_is_named(
    deals: Bargaining, entry: str, state: dict[str, Any], error: type[Exception]
) -> None:
    id_ = deals.open(CHANNELS)
    given = {name: id_ if value == "ID" else value for name, value in state.items()}
    with pytest.raises(error):
        deals.step(entry, given)
