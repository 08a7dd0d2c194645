"""functions/route as what keeps the local model up: events in, ECS told, nothing lost."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from labverse.kernel.errors import Unavailable
from tests.functions.conftest import CONTEXT, Cloud

ANSWERED = (
    "get_item", "update_item", "describe_services", "update_service", "get_queue_url",
    "send_message",
)  # fmt: skip
NOW = datetime.now(UTC).replace(microsecond=0)


class Account:
    """DynamoDB's one item and ECS' one service, as far as the scaler knows them."""

    def __init__(self) -> None:
        self.item: dict[str, Any] = {}
        self.service: dict[str, Any] = {
            "desiredCount": 0,
            "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
        }
        self.letters: list[Any] = []
        self.down = False

    def get_item(self, **_: Any) -> dict[str, Any]:
        return {"Item": self.item}

    def update_item(self, **told: Any) -> None:
        (name,) = told["ExpressionAttributeNames"].values()
        self.item[name] = told["ExpressionAttributeValues"][":until"]

    def describe_services(self, **_: Any) -> dict[str, Any]:
        return {"services": [] if self.down else [self.service]}

    def update_service(self, *, cluster: str, service: str, **told: Any) -> None:
        assert (cluster, service) == ("c", "s")
        self.service |= told

    def get_queue_url(self, **_: Any) -> dict[str, str]:
        return {"QueueUrl": "https://queue"}

    def send_message(self, *, MessageBody: str, **_: Any) -> None:  # noqa: N803 - AWS's name
        self.letters.append(json.loads(MessageBody))


@pytest.fixture
def account(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Account:
    """In place of what the cloud answers, so that each call is checked against the grants."""
    made = Account()
    for name in ANSWERED:
        monkeypatch.setattr(cloud, name, getattr(made, name), raising=False)
    return made


def event(kind: str, detail: dict[str, Any], at: datetime = NOW) -> dict[str, Any]:
    return {
        "version": "0", "id": "e1", "source": "labverse.route", "detail-type": kind,
        "account": "000000000000", "region": "us-east-1", "resources": [],
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "detail": detail,
    }  # fmt: skip


REACHED = {
    "event_id": "b1", "period": "2026-11", "threshold_percent": 75,
    "limit_usd": 500, "spent_usd": 375,
}  # fmt: skip
TICK = event("Scheduled Event", {})


def test_a_request_starts_it_and_a_tick_stops_it_when_nobody_asked_since(
    account: Account, route: Any
) -> None:
    route.event(event("FallbackRequested", {"model": "qwen2:7b"}), CONTEXT)
    assert account.service["desiredCount"] == 1
    route.event(TICK, CONTEXT)
    assert account.service["desiredCount"] == 1
    account.item["wanted_until"] = {"N": str(int((NOW - timedelta(minutes=1)).timestamp()))}
    route.event(TICK, CONTEXT)
    assert account.service["desiredCount"] == 0


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("BudgetThresholdReached", REACHED),
        ("ProviderHealthChanged", {"provider": "openai", "state": "down"}),
        ("TaskRouted", {"provider": "ollama"}),
    ],
)
def test_what_else_calls_for_it(
    kind: str, detail: dict[str, Any], account: Account, route: Any
) -> None:
    route.event(event(kind, detail), CONTEXT)
    assert account.service["desiredCount"] == 1
    assert account.letters == []


@pytest.mark.parametrize(
    ("kind", "detail"),
    [("DealAgreed", {}), ("BudgetThresholdReached", {"threshold_percent": "most"})],
)
def test_what_cannot_be_used_is_kept(
    kind: str, detail: dict[str, Any], account: Account, route: Any
) -> None:
    told = event(kind, detail)
    route.event(told, CONTEXT)
    (letter,) = account.letters
    assert (letter["consumer"], letter["event"]) == ("labverse-dev-test-event", told)
    assert account.service["desiredCount"] == 0


def test_a_service_that_is_not_there_is_tried_again(account: Account, route: Any) -> None:
    account.down = True
    with pytest.raises(Unavailable):
        route.event(event("FallbackRequested", {}), CONTEXT)
    assert account.letters == []
    account.down = False
    route.event(TICK, CONTEXT)
    assert account.service["desiredCount"] == 1, "what was wished before the failure was kept"
