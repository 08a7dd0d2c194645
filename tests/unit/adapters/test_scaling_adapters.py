"""The wish for the local model in DynamoDB, and its service on ECS, on AWS' own protocol."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.stub import ANY

from labverse.adapters.dynamodb_capacity import DynamoCapacity
from labverse.adapters.ecs_service import EcsService
from labverse.kernel.errors import Unavailable
from labverse.route.fallback import NEVER, Capacity, Fleet
from labverse.route.settings import FallbackService
from tests.unit.adapters.test_aws_adapters import stubbed

THEN = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEY = {"name": {"S": "fallback"}}
NAMED = FallbackService(cluster="labverse-dev", service="ollama", minimum=0, maximum=1)
SPOT = [
    {"capacityProvider": "FARGATE_SPOT", "base": 0, "weight": 1},
    {"capacityProvider": "FARGATE", "base": 0, "weight": 0},
]
ON_DEMAND = [{"capacityProvider": "FARGATE", "base": 0, "weight": 1}]
GPU = [{"capacityProvider": "gpu", "base": 0, "weight": 1}]


def raising(name: str, until: datetime) -> dict[str, Any]:
    """The one write that raises a time: never lower, whoever was first."""
    return {
        "TableName": "t",
        "Key": KEY,
        "UpdateExpression": "SET #time = :until",
        "ConditionExpression": "attribute_not_exists(#time) OR #time < :until",
        "ExpressionAttributeNames": {"#time": name},
        "ExpressionAttributeValues": {":until": {"N": str(int(until.timestamp()))}},
    }


def test_each_time_is_raised_on_its_own() -> None:
    client, stub = stubbed("dynamodb")
    later = THEN + timedelta(hours=1)
    stub.add_response("update_item", {}, raising("wanted_until", THEN))
    stub.add_response("update_item", {}, raising("on_demand_until", later))
    stub.add_response("update_item", {}, raising("on_demand_until", later))
    with stub:
        store = DynamoCapacity("t", client)
        store.raise_to(Capacity(wanted_until=THEN, on_demand_until=later))
        store.raise_to(Capacity(on_demand_until=later))
        store.raise_to(Capacity())
        stub.assert_no_pending_responses()


def test_an_earlier_time_changes_nothing_and_is_no_error() -> None:
    client, stub = stubbed("dynamodb")
    stub.add_client_error("update_item", "ConditionalCheckFailedException")
    with stub:
        DynamoCapacity("t", client).raise_to(Capacity(wanted_until=THEN))


def test_what_is_kept_is_read_consistently() -> None:
    client, stub = stubbed("dynamodb")
    asked = {"TableName": "t", "Key": KEY, "ConsistentRead": True}
    stub.add_response("get_item", {}, asked)
    item = {**KEY, "wanted_until": {"N": str(int(THEN.timestamp()))}}
    stub.add_response("get_item", {"Item": item}, asked)
    with stub:
        store = DynamoCapacity("t", client)
        assert store.read() == Capacity()
        assert store.read() == Capacity(wanted_until=THEN, on_demand_until=NEVER)


def test_a_table_that_is_down_is_unavailable() -> None:
    client, stub = stubbed("dynamodb")
    stub.add_client_error("update_item", "InternalServerError")
    stub.add_client_error("get_item", "InternalServerError")
    with stub:
        store = DynamoCapacity("t", client)
        with pytest.raises(Unavailable, match="kept"):
            store.raise_to(Capacity(wanted_until=THEN))
        with pytest.raises(Unavailable, match="read"):
            store.read()


@pytest.mark.parametrize(
    ("has", "runs_on", "wanted", "told"),
    [
        (0, SPOT, Fleet(tasks=0, on_demand=False), None),
        (1, ON_DEMAND, Fleet(tasks=1, on_demand=True), None),
        (0, SPOT, Fleet(tasks=1, on_demand=False), {"desiredCount": 1}),
        (1, SPOT, Fleet(tasks=0, on_demand=False), {"desiredCount": 0}),
        (1, SPOT, Fleet(tasks=1, on_demand=True),
         {"capacityProviderStrategy": ON_DEMAND, "forceNewDeployment": True}),
        (1, ON_DEMAND, Fleet(tasks=0, on_demand=False),
         {"desiredCount": 0, "capacityProviderStrategy": SPOT, "forceNewDeployment": True}),
        (0, GPU, Fleet(tasks=1, on_demand=True), {"desiredCount": 1}),
    ],
)  # fmt: skip
def test_ecs_is_told_what_differs_and_no_more(
    has: int, runs_on: list[dict[str, Any]], wanted: Fleet, told: dict[str, Any] | None
) -> None:
    client, stub = stubbed("ecs")
    found = {"services": [{"desiredCount": has, "capacityProviderStrategy": runs_on}]}
    stub.add_response(
        "describe_services", found, {"cluster": "labverse-dev", "services": ["ollama"]}
    )
    if told is not None:
        stub.add_response(
            "update_service", {}, {"cluster": "labverse-dev", "service": "ollama", **told}
        )
    with stub:
        EcsService(NAMED, client).follow(wanted)
        stub.assert_no_pending_responses()


@pytest.mark.parametrize("how", ["absent", "refused", "untold"])
def test_a_service_that_cannot_be_told_is_unavailable(how: str) -> None:
    client, stub = stubbed("ecs")
    if how == "refused":
        stub.add_client_error("describe_services", "AccessDeniedException")
    else:
        found = [] if how == "absent" else [{"desiredCount": 0, "capacityProviderStrategy": SPOT}]
        stub.add_response("describe_services", {"services": found}, ANY_SERVICE)
        stub.add_client_error("update_service", "ServerException")
    with stub, pytest.raises(Unavailable):
        EcsService(NAMED, client).follow(Fleet(tasks=1, on_demand=False))


ANY_SERVICE = {"cluster": ANY, "services": ANY}
