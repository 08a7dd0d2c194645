"""What the stand-in takes and keeps: replies to clicks, cards of Teams, and its messages."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from infra_cdk.local.slack.replies import MOST_SECONDS, MOST_USES, Replies
from infra_cdk.local.slack.server import SlackServer
from infra_cdk.local.slack.workspace import CHANNELS
from labverse.approve import cards
from labverse.approve.cards import Question
from tests.unit.approve.asked import approval
from tests.unit.local.clicked import App, app, clicked, payload, posted, slack

__all__ = ["app", "slack"]

NOW = datetime.now(UTC)


def test_replies_are_taken_as_often_as_slack_takes_them(slack: httpx.Client, app: App) -> None:
    posted(slack)
    told = clicked(slack)
    url = payload(app.got[0][1])["response_url"]
    reply = {"response_type": "ephemeral", "text": "Approved"}
    for _ in range(MOST_USES):
        assert httpx.post(url, json=reply, trust_env=False).json() == {"ok": True}
    sixth = httpx.post(url, json=reply, trust_env=False)
    assert (sixth.status_code, sixth.json()["error"]) == (404, "used_url")
    guessed = httpx.post(f"{url}0", json=reply, trust_env=False)
    assert (guessed.status_code, guessed.json()["error"]) == (404, "expired_url")
    assert slack.get("/_replies").json() == [{"reply": told["reply"], **reply}] * MOST_USES


def test_an_address_for_replies_is_good_for_half_an_hour() -> None:
    moment = NOW
    replies = Replies(lambda: moment.timestamp())
    name = replies.issue()
    moment += timedelta(seconds=MOST_SECONDS)
    assert replies.take(name, {}) == "no_text"
    assert replies.take(name, {"text": "x"}) is None
    moment += timedelta(seconds=1)
    assert replies.take(name, {"text": "x"}) == "expired_url"


def test_replies_fail_alone_if_that_is_wanted(slack: httpx.Client, app: App) -> None:
    slack.post("/_errors", json={"error": "500", "times": 1, "method": "response_url"})
    posted(slack)
    clicked(slack)
    url = payload(app.got[0][1])["response_url"]
    answers = [httpx.post(url, json={"text": "x"}, trust_env=False) for _ in range(2)]
    assert [one.status_code for one in answers] == [500, 200]


def test_cards_are_taken_as_teams_takes_them(slack: httpx.Client) -> None:
    card = cards.teams(Question(title="Deal?"), approval())
    assert slack.post("/_teams", json=card).status_code == 202
    assert slack.post("/_teams", json={"text": "x"}).status_code == 400
    assert slack.get("/_cards").json() == [card]
    slack.delete("/_messages")
    assert slack.get("/_cards").json() == []


def test_messages_and_their_buttons_outlive_the_server(tmp_path: Path, app: App) -> None:
    file = tmp_path / "slack.json"
    times = []
    for _ in range(2):
        server = SlackServer(0, file)
        server.start()
        with httpx.Client(base_url=server.url, trust_env=False) as http:
            times.append(posted(http)["ts"])
            http.post("/_interactivity", json={"url": app.url})
            assert clicked(http, approval_id=None, message=times[0])["status"] == 200
            kept = http.get("/_messages").json()
        server.stop()
    assert [one["ts"] for one in kept] == times
    assert times[0] != times[1]
    assert {one["channel"] for one in kept} == {CHANNELS["approvals"]}
