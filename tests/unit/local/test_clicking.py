"""The stand-in for Slack clicks as Slack does, takes replies as Slack does, and keeps messages."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from infra_cdk.local.slack.replies import MOST_SECONDS, MOST_USES, Replies
from infra_cdk.local.slack.server import SlackServer
from infra_cdk.local.slack.workspace import BOT_TOKEN, CHANNELS, SIGNING_SECRET
from labverse.approve import cards, clicks, signature
from labverse.approve.cards import Question
from labverse.approve.models import Answer, State
from labverse.kernel.errors import Unauthenticated
from tests.unit.approve.asked import approval

NOW = datetime.now(UTC)


class App:
    """What takes clicks: it remembers the requests, and answers 200."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        app = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                app.got.append(({n.lower(): v for n, v in self.headers.items()}, body))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None: ...

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}/slack/interactions"

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def app() -> Iterator[App]:
    served = App()
    yield served
    served.stop()


@pytest.fixture
def slack(app: App) -> Iterator[httpx.Client]:
    server = SlackServer(0)
    server.start()
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        http.post("/_interactivity", json={"url": app.url}).raise_for_status()
        yield http
    server.stop()


def posted(slack: httpx.Client, **changes: Any) -> dict[str, Any]:
    shown = cards.slack(Question(title="Deal?"), approval(**changes))
    headers = {"authorization": f"Bearer {BOT_TOKEN}"}
    body = {"channel": "#approvals", **shown}
    answer = slack.post("/api/chat.postMessage", json=body, headers=headers).json()
    assert answer["ok"], answer
    return dict(answer)


def clicked(slack: httpx.Client, **more: Any) -> dict[str, Any]:
    body = {"approval_id": "deal-1", "action": "approve", "user": "U0ANA", **more}
    return dict(slack.post("/_clicks", json=body).raise_for_status().json())


def payload(body: bytes) -> Any:
    return json.loads(parse_qs(body.decode())["payload"][0])


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
