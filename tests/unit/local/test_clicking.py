"""The stand-in for Slack clicks as Slack does, takes replies as Slack does, and keeps messages."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from infra_cdk.local.slack.server import SlackServer
from infra_cdk.local.slack.workspace import BOT_TOKEN, SIGNING_SECRET
from labverse.approve import cards, clicks, signature
from labverse.approve.cards import Question
from labverse.approve.models import Answer, State
from labverse.kernel.errors import Unauthenticated
from tests.unit.approve.asked import approval
from tests.unit.local.clicked import App, app, clicked, payload, posted, slack

__all__ = ["app", "slack"]

NOW = datetime.now(UTC)


@pytest.mark.parametrize("answer", list(Answer))
def test_a_click_is_one_that_we_verify_and_read(
    slack: httpx.Client, app: App, answer: Answer
) -> None:
    message = posted(slack)
    told = clicked(slack, action=str(answer))
    assert (told["status"], told["late"]) == (200, False)
    ((headers, body),) = app.got
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert signature.verified([SIGNING_SECRET], headers, body, NOW)
    origin = str(slack.base_url).rstrip("/")
    click = clicks.read(json.dumps(payload(body)), origin)
    assert (click.who, click.answer, click.approval_id) == ("T0LOCAL/U0ANA", answer, "deal-1")
    assert payload(body)["container"]["message_ts"] == message["ts"]
    assert str(click.reply_url).endswith(told["reply"])


def test_a_message_is_clicked_by_its_time_stamp_too_and_by_people_of_other_teams(
    slack: httpx.Client, app: App
) -> None:
    message = posted(slack)
    clicked(slack, approval_id=None, message=message["ts"], user="U1", team="T9")
    assert payload(app.got[0][1])["user"]["team_id"] == "T9"


def test_a_button_that_is_gone_is_still_clicked_by_whoever_has_not_seen_that(
    slack: httpx.Client, app: App
) -> None:
    message = posted(slack)
    state = {"state": State.VETOED, "decided_at": NOW}
    shown = cards.slack(Question(title="Deal?"), approval(**state))
    headers = {"authorization": f"Bearer {BOT_TOKEN}"}
    body = {"channel": message["channel"], "ts": message["ts"], **shown}
    assert slack.post("/api/chat.update", json=body, headers=headers).json()["ok"]
    assert clicked(slack)["status"] == 200


@pytest.mark.parametrize(
    ("wrong", "verified"), [({"forged": True}, False), ({"age": 301}, False), ({"age": 200}, True)]
)
def test_clicks_may_be_forged_or_late(
    slack: httpx.Client, app: App, wrong: dict[str, Any], verified: bool
) -> None:
    posted(slack)
    clicked(slack, **wrong)
    ((headers, body),) = app.got
    if verified:
        assert signature.verified([SIGNING_SECRET], headers, body, datetime.now(UTC))
    else:
        with pytest.raises(Unauthenticated):
            signature.verified([SIGNING_SECRET], headers, body, datetime.now(UTC))


def test_a_button_may_carry_something_else(slack: httpx.Client, app: App) -> None:
    posted(slack)
    clicked(slack, value="deal-2.x")
    assert payload(app.got[0][1])["actions"][0]["value"] == "deal-2.x"


def test_a_replay_is_byte_for_byte_the_same_and_no_other_click_is(
    slack: httpx.Client, app: App
) -> None:
    posted(slack)
    assert len(clicked(slack, times=2)["answers"]) == 2
    clicked(slack)
    bodies = [body for _, body in app.got]
    assert bodies[0] == bodies[1] != bodies[2]
    assert app.got[0][0]["x-slack-signature"] == app.got[1][0]["x-slack-signature"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"approval_id": "deal-1", "action": "approve"}, 400),
        ({"approval_id": "deal-1", "action": "approve", "user": "U1", "age": "old"}, 400),
        ({"approval_id": "deal-1", "action": "approve", "user": "U1", "times": 11}, 400),
        ({"approval_id": "deal-2", "action": "approve", "user": "U1"}, 404),
        ({"approval_id": "deal-1", "action": "delete", "user": "U1"}, 404),
    ],
)
def test_what_cannot_be_clicked_is_said(
    slack: httpx.Client, body: dict[str, Any], status: int
) -> None:
    posted(slack)
    assert slack.post("/_clicks", json=body).status_code == status


def test_clicks_go_nowhere_until_somebody_says_where_and_to_loopback_only(app: App) -> None:
    server = SlackServer(0)
    server.start()
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        posted(http)
        body = {"approval_id": "deal-1", "action": "approve", "user": "U0ANA"}
        assert http.post("/_clicks", json=body).status_code == 409
        away = {"url": "https://evil.example/slack/interactions"}
        assert http.post("/_interactivity", json=away).status_code == 400
        http.post("/_interactivity", json={"url": app.url})
        assert http.get("/_interactivity").json() == {"url": app.url}
        assert http.post("/_clicks", json=body).status_code == 200
        app.stop()
        assert http.post("/_clicks", json=body).json()["status"] is None
    server.stop()
