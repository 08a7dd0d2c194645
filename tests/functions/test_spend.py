"""GET /api/v1/spend through the front door: what answers cost, and for whom."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.functions.conftest import CONTEXT, Cloud
from tests.functions.test_route import post

Event = Callable[[str], Any]


def spend(route: Any, event: Any, key: str, query: str = "") -> tuple[int, Any]:
    asked = {
        **event,
        "rawPath": "/api/v1/spend",
        "rawQueryString": query,
        "queryStringParameters": dict([query.split("=")]) if query else None,
        "requestContext": {
            **event["requestContext"],
            "http": {**event["requestContext"]["http"], "method": "GET", "path": "/api/v1/spend"},
        },
        "headers": {"x-api-key": key},
        "body": None,
    }
    answer = route.http(asked, CONTEXT)
    return answer["statusCode"], json.loads(answer["body"], parse_float=Decimal)


@pytest.mark.usefixtures("paid")
def test_spend_is_the_sum_of_what_answers_cost(route: Any, event: Event, cloud: Cloud) -> None:
    costs = []
    for task_class in ("critical", "creative", "creative"):
        status, answer = post(route, event("route/http"), cloud.key, task_class=task_class)
        assert status == 200
        costs.append(Decimal(str(answer["cost_usd"])))
    status, told = spend(route, event("route/http"), cloud.key)
    total = sum(costs)
    (key_id,) = cloud.records
    assert status == 200
    assert (told["spent_usd"], told["reserved_usd"], told["state"]) == (total, 0, "ok")
    assert told["by_provider"] == {"openai": total}
    assert told["by_model"] == {"gpt-4o-mini": total}
    assert told["by_key"] == {key_id: total}
    assert told["by_class"] == {"creative": costs[1] + costs[2], "critical": costs[0]}
    assert answer["budget"] == {
        "limit_usd": 500, "spent_usd": float(total), "reserved_usd": 0, "state": "ok",
    }  # fmt: skip


@pytest.mark.usefixtures("paid")
def test_another_month_is_empty_and_no_month_is_refused(
    route: Any, event: Event, cloud: Cloud
) -> None:
    post(route, event("route/http"), cloud.key)
    status, told = spend(route, event("route/http"), cloud.key, "period=2020-02")
    assert (status, told["period"], told["spent_usd"]) == (200, "2020-02", 0)
    assert told["by_provider"] == {}
    for wrong in ("2020-13", "2020", "now"):
        assert spend(route, event("route/http"), cloud.key, f"period={wrong}")[0] == 422
    assert spend(route, event("route/http"), "lv_000000000000_wrong")[0] == 401


@pytest.mark.usefixtures("paid")
def test_a_task_of_a_workflow_has_no_key(route: Any, event: Event, cloud: Cloud) -> None:
    answer = route.task(event("route/task"), CONTEXT)
    told = spend(route, event("route/http"), cloud.key)[1]
    assert told["by_key"] == {"none": Decimal(str(answer["cost_usd"]))}


@pytest.mark.usefixtures("paid")
def test_a_used_up_budget_leaves_the_local_model_which_says_so(
    route: Any, event: Event, cloud: Cloud
) -> None:
    first = post(route, event("route/http"), cloud.key)[1]
    (page,) = [name for name in cloud.ledger.items if name.endswith("#0")]
    cloud.ledger.items[page]["month"] = {"N": str(450_000_000 - 1)}
    status, answer = post(route, event("route/http"), cloud.key)
    assert (first["provider"], status, answer["provider"]) == ("openai", 200, "ollama")
    (reason,) = [each["reason"] for each in answer["refused"] if "money" in each["reason"]]
    assert reason == "no money: the month's hard stop of 450.000000 USD leaves 0.000001 USD"
    assert answer["budget"]["state"] == "stopped"
    reached = [each for each in cloud.events if each["DetailType"] == "BudgetThresholdReached"]
    told = [json.loads(each["Detail"]) for each in reached]
    assert [each["threshold_percent"] for each in told] == [50, 75, 90]
    assert {each["limit_usd"] for each in told} == {500}
