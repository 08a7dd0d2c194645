"""The deployed app tells people: events on the bus become messages in #cost-alerts, one each."""

import json
import time
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest

from tests.cloud import Deployed

SECONDS = 30.0
FUNCTION = "labverse-local-route-event"


class Slack:
    """What people read, and the ways to make the app tell them something."""

    def __init__(self, deployed: Deployed) -> None:
        self._events, self._lambda = deployed.client("events"), deployed.client("lambda")
        self._bus, self._url = deployed.facts["event_bus"], deployed.facts["slack_url"]
        self.id = uuid.uuid4().hex

    def announce(self, period: str) -> None:
        detail = {
            "event_id": self.id, "occurred_at": "2020-01-01T00:00:00Z", "period": period,
            "threshold_percent": 50, "limit_usd": 100, "spent_usd": 50.5,
        }  # fmt: skip
        entry = {
            "EventBusName": self._bus, "Source": "labverse.route",
            "DetailType": "BudgetThresholdReached", "Detail": json.dumps(detail),
        }  # fmt: skip
        assert self._events.put_events(Entries=[entry])["FailedEntryCount"] == 0

    def tick(self) -> None:
        event = {
            "id": "t", "source": "aws.events", "detail-type": "Scheduled Event", "detail": {},
            "time": "2020-01-01T00:00:00Z",
        }  # fmt: skip
        answer = self._lambda.invoke(
            FunctionName=f"{FUNCTION}:live", Payload=json.dumps(event).encode()
        )
        assert "FunctionError" not in answer, answer["Payload"].read()

    def about(self, what: str) -> list[str]:
        told = httpx.get(f"{self._url}/_messages", trust_env=False).json()
        return [one["text"] for one in told if what in one["text"]]


@pytest.fixture
def slack(deployed: Deployed) -> Slack:
    return Slack(deployed)


def until(done: Callable[[], Any], what: str) -> None:
    end = time.monotonic() + SECONDS
    while not done():
        assert time.monotonic() < end, f"{what} within {SECONDS:.0f} s"
        time.sleep(0.1)


def test_a_threshold_is_read_once_however_often_it_is_announced(slack: Slack) -> None:
    slack.announce("1999-01")
    until(lambda: slack.about("1999-01"), "a message")
    slack.announce("1999-01")
    # Events of one bus reach a function in their order here: the next one shows that this is done.
    slack.id = uuid.uuid4().hex
    slack.announce("1999-02")
    until(lambda: slack.about("1999-02"), "the next message")
    (text,) = slack.about("1999-01")
    assert text.startswith("50 % of the budget of 1999-01 is reached: 50.50 of 100.00 USD")


def test_what_retires_soon_is_read_once_however_many_ticks_there_are(
    slack: Slack, deployed: Deployed
) -> None:
    health = deployed.http.get("/health").json()["ai_providers"]
    warned = [one for one in health.values() if "retires on" in (one["warning"] or "")]
    slack.tick()
    slack.tick()
    for told in (f"{one['resolves_to']} retires on" for one in warned):
        until(partial(slack.about, told), "a message")
        assert len(slack.about(told)) == 1
