"""Paths through statemachines/negotiate.asl.json, walked on the deployed local cloud."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cloud import Deployed
from tests.functions.negotiate.stated import changed, three_prices
from tests.local.deals import ANA, GOAL, Deals, fresh

PROPOSED = ["Begin", "Gather", "Gathered", "Solve", "Record", "IsAsked"]
ASKED = [*PROPOSED, "Ask", "Apply", "IsStale"]


@pytest.fixture
def deals(deployed: Deployed) -> Deals:
    return Deals(deployed)


def test_an_approved_deal_is_applied(deals: Deals) -> None:
    told = deals.waiting(fresh())
    assert deals.entered(told["id"]) == [*PROPOSED, "Ask"]
    assert deals.answer(told, "approve").status_code == 200
    end = deals.until(told["id"], "agreed")
    assert (end["approval"]["decided_by"], end["deal"]) == (ANA, told["deal"])
    assert end["applied_at"]
    assert deals.ended(told["id"]) == "SUCCEEDED"
    assert deals.entered(told["id"]) == [*ASKED, "Done"]


def test_a_veto_refuses_it(deals: Deals) -> None:
    told = deals.waiting(fresh())
    assert deals.answer(told, "veto").status_code == 200
    end = deals.until(told["id"], "refused")
    assert (end["reason"], end["approval"]["state"]) == ("vetoed", "vetoed")
    assert deals.ended(told["id"]) == "SUCCEEDED"
    assert deals.entered(told["id"]) == [*ASKED, "Done"]


def test_without_a_zone_of_agreement_nobody_is_asked(deals: Deals) -> None:
    body = changed(fresh(), "positions.0.reserve", [9, 9])
    id_ = deals.open(body).json()["id"]
    end = deals.until(id_, "no_agreement")
    assert (end["reason"], end["approval"]) == ("empty_zopa", None)
    assert deals.ended(id_) == "SUCCEEDED"
    assert deals.entered(id_) == [*PROPOSED, "Done"]


def test_terms_that_are_asked_about_are_not_asked_about_twice(deals: Deals) -> None:
    body = fresh()
    told = deals.waiting(body)
    second = deals.until(deals.open(body).json()["id"], "refused")
    assert (second["reason"], second["deal"]["digest"]) == (
        "already_agreed",
        told["deal"]["digest"],
    )
    assert deals.entered(second["id"]) == [*PROPOSED, "Done"]
    deals.answer(told, "veto")


def test_what_got_stale_is_gathered_solved_and_asked_again(deals: Deals) -> None:
    """A channel's price moved after it was gathered: here, by what the record says it was."""
    told = deals.waiting(_channels())
    items, table = deals.deployed.client("dynamodb"), "labverse-local-deals"
    where: Any = {"TableName": table, "Key": {"deal_id": {"S": told["id"]}}}
    record = json.loads(items.get_item(**where, ConsistentRead=True)["Item"]["record"]["S"])
    record["positions"][0]["ecpm"] *= 2
    items.update_item(
        **where,
        UpdateExpression="SET #record = :moved",
        ExpressionAttributeNames={"#record": "record"},
        ExpressionAttributeValues={":moved": {"S": json.dumps(record)}},
    )
    assert deals.answer(told, "approve").status_code == 200
    again = _second_round(deals, told["id"])
    assert again["deal"]["digest"] == told["deal"]["digest"]
    assert again["approval"]["id"] != told["approval"]["id"]
    assert deals.answer(again, "approve").status_code == 200
    assert deals.until(told["id"], "agreed")["round"] == 2
    assert deals.ended(told["id"]) == "SUCCEEDED"
    assert deals.entered(told["id"]) == [*ASKED, *ASKED[1:], "Done"]


def test_a_model_may_phrase_what_an_agent_wants(deals: Deals) -> None:
    told = deals.waiting(_channels())
    asked = [line for line in _lines(deals, "route-task") if told["id"] in line]
    assert sum('"message":"answered"' in line for line in asked) == 2
    assert all(position["rationale"] for position in told["positions"])
    deals.answer(told, "veto")


@pytest.mark.usefixtures("without_route")
def test_without_a_model_our_own_words_stand(deals: Deals) -> None:
    told = deals.waiting(_channels())
    assert [words["rationale"].split(".")[0] for words in told["positions"]] == [
        "tiktok buys reach",
        "spotify sells reach",
    ]
    deals.answer(told, "veto")


def test_a_broken_step_ends_it_and_says_so(deals: Deals, without_request: Any) -> None:
    id_ = without_request()
    end = deals.until(id_, "failed")
    assert end["reason"]
    assert deals.ended(id_) == "FAILED"
    assert deals.entered(id_) == ["Begin", "Gather", "Broken", "Failed"]


def _lines(deals: Deals, function: str) -> list[str]:
    logs = deals.deployed.client("logs").get_paginator("filter_log_events")
    pages = logs.paginate(logGroupName=f"/aws/lambda/labverse-local-{function}")
    return [event["message"] for page in pages for event in page["events"]]


def _channels() -> dict[str, Any]:
    """Channels of the config; a customer's worth, and so the price, is nobody else's."""
    worth = {"median": 60 + uuid.uuid4().int % 4999 / 1000, "spread": 0.2, "doubt": 0.1}
    return {
        "goal": GOAL,
        "platforms": ["tiktok", "spotify"],
        "profiles": {"tiktok": {"lifetime_value": worth}},
    }


def _second_round(deals: Deals, id_: str) -> Any:
    return deals.until_holds(id_, lambda told: (told["state"], told["round"]) == ("waiting", 2))


@pytest.fixture
def without_route(deployed: Deployed) -> Iterator[None]:
    """Route's task cannot be called: its alias leads to a version whose handler is not there."""
    functions, name = deployed.client("lambda"), "labverse-local-route-task"
    live: Any = functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"]
    before = functions.get_function_configuration(FunctionName=name)["Handler"]
    functions.update_function_configuration(FunctionName=name, Handler="handler.absent")
    broken = functions.publish_version(FunctionName=name)["Version"]
    functions.update_alias(FunctionName=name, Name="live", FunctionVersion=broken)
    yield
    functions.update_alias(FunctionName=name, Name="live", FunctionVersion=live)
    functions.update_function_configuration(FunctionName=name, Handler=before)


@pytest.fixture
def without_request(deals: Deals) -> Any:
    """Opens a negotiation whose request is gone from the bucket before anybody reads it."""

    def opened() -> str:
        made = deals.waiting(fresh())
        deals.answer(made, "veto")
        deals.until(made["id"], "refused")
        return _again_without_its_request(deals, made["id"])

    return opened


def _again_without_its_request(deals: Deals, id_: str) -> str:
    """A copy of that negotiation at its start, whose object is not there, and its execution."""
    items, table = deals.deployed.client("dynamodb"), "labverse-local-deals"
    where: Any = {"TableName": table, "Key": {"deal_id": {"S": id_}}}
    record = json.loads(items.get_item(**where, ConsistentRead=True)["Item"]["record"]["S"])
    copy = uuid.uuid4().hex
    record |= {"id": copy, "state": "working", "reason": None, "deal": None, "approval": None}
    record["request"]["key"] = f"negotiations/{copy}/request.json"
    items.put_item(
        TableName=table,
        Item={
            "deal_id": {"S": copy},
            "record": {"S": json.dumps(record)},
            "version": {"N": "0"},
            "state": {"S": "working"},
        },
    )
    given = {"negotiation_id": copy, "agents": record["platforms"], "ask": False}
    deals.states.start_execution(
        stateMachineArn=deals.deployed.facts["state_machine_arns"]["negotiate"],
        name=copy,
        input=json.dumps(given),
    )
    return copy


def test_the_numbers_that_are_asked_about_are_those_that_were_given(deals: Deals) -> None:
    told = deals.waiting(changed(three_prices(), "goal", f"Exact {uuid.uuid4().hex[:8]}"))
    assert told["deal"]["terms"]["deal"] == {"price": "6.5"}
    deals.answer(told, "veto")
