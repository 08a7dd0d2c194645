"""The deployed scaler: events on the bus raise the service's count, a tick takes it back."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from labverse.adapters import ecs_service
from tests.cloud import Deployed

CLUSTER, SERVICE, TABLE = "labverse-local", "ollama", "labverse-local-capacity"
FUNCTION = "labverse-local-route-event"
SECONDS = 15
REACHED = {
    "event_id": "of-the-fallback", "period": "2020-01", "threshold_percent": 80,
    "limit_usd": 500, "spent_usd": 400,
}  # fmt: skip
PROVIDER = "arn:aws:ecs:us-east-1:000000000000:capacity-provider/FARGATE_SPOT"


class Fallback:
    """The service as ECS has it, and the ways to reach its scaler."""

    def __init__(self, deployed: Deployed) -> None:
        self._ecs, self._events = deployed.client("ecs"), deployed.client("events")
        self._lambda, self._table = deployed.client("lambda"), deployed.client("dynamodb")
        self._bus = deployed.facts["event_bus"]

    def now(self) -> dict[str, Any]:
        found = self._ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"]
        return dict(found[0])

    def count(self) -> int:
        return int(self.now()["desiredCount"])

    def announce(self, kind: str, **detail: Any) -> None:
        entry = {
            "EventBusName": self._bus, "Source": "labverse.route", "DetailType": kind,
            "Detail": json.dumps(detail),
        }  # fmt: skip
        assert self._events.put_events(Entries=[entry])["FailedEntryCount"] == 0

    def tell(self, kind: str, **detail: Any) -> None:
        """As EventBridge does for what no test may put on a bus: events of AWS, and a tick."""
        event = {
            "id": "e", "source": "aws", "detail-type": kind, "detail": detail,
            "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }  # fmt: skip
        answer = self._lambda.invoke(
            FunctionName=f"{FUNCTION}:live", Payload=json.dumps(event).encode()
        )
        assert "FunctionError" not in answer, answer["Payload"].read()

    def age(self, name: str) -> None:
        """As if that wish were over: time is what is stored, nobody has to wait for it."""
        past = int((datetime.now(UTC) - timedelta(minutes=1)).timestamp())
        self._table.update_item(
            TableName=TABLE,
            Key={"name": {"S": "fallback"}},
            UpdateExpression="SET #n = :t",
            ExpressionAttributeNames={"#n": name},
            ExpressionAttributeValues={":t": {"N": str(past)}},
        )

    def rests(self) -> bool:
        """Whether nothing runs, once what was wanted is over."""
        self.age("wanted_until")
        self.age("on_demand_until")
        self.tell("Scheduled Event")
        return self.count() == 0


@pytest.fixture
def fallback(deployed: Deployed) -> Iterator[Fallback]:
    made = Fallback(deployed)
    # An answer of another test may still be on its way as an event, and wants the model up.
    until(made.rests, "rest")
    yield made
    until(made.rests, "rest")


def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline, f"{what} did not come to pass within {SECONDS} s"


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("FallbackRequested", {"model": "qwen2:7b"}),
        ("BudgetThresholdReached", REACHED),
        ("ProviderHealthChanged", {"provider": "openai", "state": "down"}),
    ],
)
def test_an_event_on_the_bus_starts_it_and_a_tick_stops_it(
    kind: str, detail: dict[str, Any], fallback: Fallback
) -> None:
    fallback.announce(kind, **detail)
    until(lambda: fallback.count() == 1, "a task")
    fallback.tell("Scheduled Event")
    assert fallback.count() == 1, "a tick sent home what is still wanted"
    until(fallback.rests, "rest")


def test_a_local_answer_keeps_it_up(fallback: Fallback, deployed: Deployed) -> None:
    answer = deployed.ask("What is the capital of France?").json()
    if answer["provider"] != "ollama":
        pytest.skip("a provider with a key of yours answers first")
    until(lambda: fallback.count() == 1, "a task")


def test_spot_without_room_and_back(fallback: Fallback) -> None:
    def runs_on() -> set[str]:
        strategy = fallback.now()["capacityProviderStrategy"]
        return {row["capacityProvider"] for row in strategy if row["weight"]}

    assert runs_on() == {"FARGATE_SPOT"}
    failure = {"eventName": "SERVICE_TASK_PLACEMENT_FAILURE", "capacityProviderArns": [PROVIDER]}
    fallback.tell("ECS Service Action", **failure)
    assert runs_on() == {"FARGATE"}
    fallback.age("on_demand_until")
    fallback.tell("Scheduled Event")
    assert fallback.now()["capacityProviderStrategy"] == ecs_service.SPOT_FIRST


def test_many_at_once_end_in_one_count(fallback: Fallback) -> None:
    """The store's conditions are real here: calls that overlap agree in the end."""
    for _ in range(4):
        fallback.announce("FallbackRequested", model="m")
    fallback.tell("Scheduled Event")
    until(lambda: fallback.count() == 1, "a task")
    fallback.tell("Scheduled Event")
    assert fallback.count() == 1


def test_the_deployment_says_where_its_model_is(deployed: Deployed) -> None:
    ssm = deployed.client("ssm")
    told = ssm.get_parameter(Name="/labverse/local/local-model-url")["Parameter"]["Value"]
    assert told == (deployed.facts["model_url"] or "none")
