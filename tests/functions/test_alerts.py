"""functions/route as what tells people: an event in, one message in Slack, nothing lost."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from infra_cdk.local.slack.failing import Fault
from infra_cdk.local.slack.server import SlackServer
from infra_cdk.local.slack.workspace import BOT_TOKEN
from labverse.adapters import clock, slack
from labverse.kernel.errors import Unavailable
from tests.functions.conftest import CONTEXT, Cloud
from tests.functions.fallback.test_events import REACHED, TICK, event

RETIRES = {
    "event_id": "retirement#gpt-4o-mini#2027-01-14", "alias": "openai-gpt-4o-mini",
    "model": "gpt-4o-mini", "retires": "2027-01-14", "days_left": 51, "successor": "gpt-6-luna",
}  # fmt: skip


@pytest.fixture
def workspace(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[SlackServer]:
    """What answers as Slack, with a token that it knows; and a local model that is left alone."""
    server = SlackServer(0)
    server.start()
    monkeypatch.setattr(slack, "API_URL", f"{server.url}/api/")
    cloud.slack = {"bot_token": BOT_TOKEN, "api_url": "http://169.254.169.254/"}
    service = {
        "desiredCount": 1,
        "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
    }
    monkeypatch.setattr(
        cloud, "describe_services", lambda **_: {"services": [service]}, raising=False
    )
    monkeypatch.setattr(cloud, "update_service", lambda **_: None, raising=False)
    yield server
    server.stop()


def texts(workspace: SlackServer) -> list[str]:
    return [message["text"] for message in workspace.workspace.messages()]


def test_a_threshold_is_told_once_however_often_it_comes(
    workspace: SlackServer, cloud: Cloud, route: Any
) -> None:
    for _ in range(3):
        route.event(event("BudgetThresholdReached", REACHED), CONTEXT)
    (text,) = texts(workspace)
    assert text.startswith("75 % of the budget of 2026-11 is reached: 375.00 of 500.00 USD")
    assert cloud.letters == []


def test_a_low_threshold_is_told_as_well(workspace: SlackServer, route: Any) -> None:
    low = {**REACHED, "event_id": "b2", "threshold_percent": 50}
    route.event(event("BudgetThresholdReached", low), CONTEXT)
    assert len(texts(workspace)) == 1


def test_a_retirement_is_told(workspace: SlackServer, cloud: Cloud, route: Any) -> None:
    route.event(event("ModelRetirementNeared", RETIRES), CONTEXT)
    (text,) = texts(workspace)
    assert "gpt-4o-mini retires on 2027-01-14, in 51 days" in text
    assert cloud.letters == []


def test_without_a_token_it_is_logged_and_no_failure(
    workspace: SlackServer, cloud: Cloud, route: Any, caplog: pytest.LogCaptureFixture
) -> None:
    cloud.slack = {}
    route.event(event("ModelRetirementNeared", RETIRES), CONTEXT)
    (line,) = [one for one in caplog.records if one.message == "alert"]
    assert vars(line)["told"] == "nobody to tell"
    assert (texts(workspace), cloud.letters) == ([], [])


def test_slack_that_is_down_is_tried_again(workspace: SlackServer, route: Any) -> None:
    workspace.faults.fail(Fault("ratelimited", times=1, retry_after=600))
    with pytest.raises(Unavailable):
        route.event(event("ModelRetirementNeared", RETIRES), CONTEXT)
    with pytest.raises(Unavailable):
        route.event(event("ModelRetirementNeared", RETIRES), CONTEXT)
    assert workspace.faults.calls() == {"chat.postMessage": 1}, "it is left alone"


def test_a_channel_that_is_not_there_is_kept_for_whoever_makes_it(
    workspace: SlackServer, cloud: Cloud, route: Any
) -> None:
    workspace.faults.fail(Fault("channel_not_found"))
    route.event(event("ModelRetirementNeared", RETIRES), CONTEXT)
    (letter,) = cloud.letters
    assert json.loads(letter["MessageBody"])["error"] == "Refused"
    workspace.faults.fail(None)
    route.event(event("ModelRetirementNeared", RETIRES), CONTEXT)
    assert len(texts(workspace)) == 1


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    def be(day: date) -> None:
        moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        monkeypatch.setattr(clock.SystemClock, "now", lambda _self: moment)

    return be


def test_a_tick_announces_what_retires_soon_once(
    workspace: SlackServer, cloud: Cloud, route: Any, today: Callable[[date], None]
) -> None:
    today(date(2026, 11, 24))
    for _ in range(2):
        route.event(TICK, CONTEXT)
    near = [one for one in cloud.events if one["DetailType"] == "ModelRetirementNeared"]
    (told,) = [json.loads(one["Detail"]) for one in near]
    assert {name: told[name] for name in RETIRES} == RETIRES
    assert "mark#retirement#gpt-4o-mini#2027-01-14" in cloud.capacity.items
