"""functions/approve as Slack calls it: a question in a channel, a click on it, and its answer."""

import html
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from infra_cdk.local.slack import clicks
from infra_cdk.local.slack.clicks import Press
from infra_cdk.local.slack.controls import ACTIONS
from infra_cdk.local.slack.failing import Fault
from infra_cdk.local.slack.server import SlackServer
from infra_cdk.local.slack.workspace import BOT_TOKEN, SIGNING_SECRET
from labverse.adapters import approval_rooms, slack_secret
from labverse.approve.deciding import Shown
from labverse.approve.replies import REPLAYED, WORDS
from labverse.approve.signature import signed
from labverse.kernel.errors import Unavailable
from tests.functions.conftest import CONTEXT
from tests.functions.office import Office

Event = Callable[[str], Any]


class Channel:
    """The stand-in for Slack, the function behind its buttons, and what people read."""

    def __init__(self, server: SlackServer, approve: Any, event: Event) -> None:
        self.server, self._approve, self._event = server, approve, event

    def request(self, user: str, action: str = "approve", secret: str = SIGNING_SECRET) -> Any:
        button = self.server.workspace.button("deal-1", action)
        assert button is not None
        reply = f"{self.server.url}{ACTIONS}{self.server.controls.replies.issue()}"
        body = clicks.form(button, Press(user), reply)
        stamp = str(int(datetime.now(UTC).timestamp()))
        request = self._event("approve/http")
        request["requestContext"]["http"]["path"] = request["rawPath"] = "/slack/interactions"
        request["body"] = body.decode()
        request["headers"] = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signed(secret, stamp, body),
        }
        return request

    def send(self, request: Any) -> int:
        answer = self._approve.http(request, CONTEXT)
        return int(answer["statusCode"])

    def click(self, user: str, action: str = "approve") -> int:
        return self.send(self.request(user, action))

    def replies(self) -> list[str]:
        return [html.unescape(one["text"]) for one in self.server.controls.replies.all()]

    def message(self) -> Any:
        (message,) = self.server.workspace.messages()
        return message


@pytest.fixture
def channel(
    office: Office, approve: Any, event: Event, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Channel]:
    """Somebody was asked there."""
    server = SlackServer(0)
    server.start()
    monkeypatch.setattr(approval_rooms, "API_URL", f"{server.url}/api/")
    monkeypatch.setattr(slack_secret, "SLACK_REPLIES", server.url)
    office.cloud.slack = {"bot_token": BOT_TOKEN, "signing_secret": SIGNING_SECRET}
    approve.task(event("approve/ask"), CONTEXT)
    yield Channel(server, approve, event)
    server.stop()


def decided(office: Office) -> Any:
    """What the bus delivers of the decision."""
    (told,) = office.events("ApprovalDecided")
    return {
        "id": "e", "source": "labverse.approve", "detail-type": "ApprovalDecided",
        "time": "2026-01-05T09:00:00Z", "detail": told,
    }  # fmt: skip


@pytest.mark.parametrize(("action", "shown"), [("approve", "approved"), ("veto", "vetoed")])
def test_a_click_decides_and_everybody_sees_it(
    channel: Channel, approve: Any, office: Office, action: str, shown: str
) -> None:
    assert channel.message()["blocks"][-1]["type"] == "actions"
    assert channel.click("U0BEN", action) == 200
    (verdict,) = office.workflows.taken.values()
    assert (verdict["reason"], verdict["decided_by"]) == (shown, "T0LOCAL/U0BEN")
    assert channel.replies()[0].startswith(WORDS[Shown(shown)])
    approve.event(decided(office), CONTEXT)
    message = channel.message()
    assert f"{shown.capitalize()} by T0LOCAL/U0BEN" in message["text"]
    assert all(block["type"] != "actions" for block in message["blocks"])


def test_whoever_comes_later_or_may_not_is_told_and_changes_nothing(
    channel: Channel, office: Office
) -> None:
    assert channel.click("U0EVE") == 200
    assert not office.workflows.taken
    channel.click("U0BEN")
    channel.click("U0ANA", "veto")
    assert office.workflows.calls == 1
    stranger, _, late = channel.replies()
    assert stranger == WORDS[Shown.NOT_ALLOWED]
    assert late.startswith(WORDS[Shown.ALREADY_DECIDED])
    assert "Approved by T0LOCAL/U0BEN" in late


def test_a_replay_is_told_and_changes_nothing(channel: Channel, office: Office) -> None:
    request = channel.request("U0BEN")
    assert [channel.send(request) for _ in range(3)] == [200] * 3
    assert office.workflows.calls == 1
    assert channel.replies()[1:] == [WORDS[REPLAYED]] * 2


def test_a_forgery_is_401_and_changes_nothing(channel: Channel, office: Office) -> None:
    before = dict(office.table.items)
    assert channel.send(channel.request("U0BEN", secret="forged")) == 401
    unsigned = channel.request("U0BEN")
    del unsigned["headers"]["X-Slack-Signature"]
    assert channel.send(unsigned) == 401
    assert (office.table.items, channel.replies()) == (before, [])


def test_what_is_signed_and_no_click_is_a_problem(
    channel: Channel, approve: Any, office: Office
) -> None:
    request = channel.request("U0BEN")
    stamp = request["headers"]["X-Slack-Request-Timestamp"]
    request["body"] = "payload=garbage"
    request["headers"]["X-Slack-Signature"] = signed(SIGNING_SECRET, stamp, b"payload=garbage")
    answer = approve.http(request, CONTEXT)
    assert answer["statusCode"] == 422
    assert json.loads(answer["body"])["errors"][0]["field"] == "payload"


def test_a_question_that_is_gone_is_told(channel: Channel, office: Office) -> None:
    office.table.items.clear()
    assert channel.click("U0BEN") == 200
    assert "Nobody here knows this question" in channel.replies()[0]


def test_a_table_that_is_down_is_told_and_another_click_works(
    channel: Channel, office: Office
) -> None:
    office.table.down = True
    assert channel.click("U0BEN") == 200
    assert "click again" in channel.replies()[0]
    office.table.down = False
    channel.click("U0BEN")
    assert channel.replies()[1].startswith(WORDS[Shown.APPROVED])


def test_a_reply_that_does_not_arrive_is_sent_again_by_the_function_event(
    channel: Channel, approve: Any, office: Office
) -> None:
    channel.server.faults.fail(Fault("500", method="response_url"))
    assert channel.click("U0BEN") == 200
    assert office.workflows.calls == 1, "what was decided stands"
    (due,) = office.functions.invoked
    with pytest.raises(Unavailable):
        approve.event(due, CONTEXT)
    channel.server.faults.fail(None)
    approve.event(due, CONTEXT)
    assert channel.replies()[0].startswith(WORDS[Shown.APPROVED])
    assert not office.cloud.letters


def test_where_nothing_tells_whoever_clicked_slack_does(channel: Channel, office: Office) -> None:
    channel.server.faults.fail(Fault("500", method="response_url"))
    office.functions.down = True
    assert channel.click("U0BEN") == 503
    assert office.workflows.calls == 1


def test_a_changed_signing_secret_works_at_once(
    channel: Channel, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_secret, "_AGAIN_SECONDS", 0)
    channel.click("U0EVE")
    office.cloud.slack = {**office.cloud.slack, "signing_secret": "the-next-one"}
    assert channel.send(channel.request("U0BEN", secret="the-next-one")) == 200
    assert channel.send(channel.request("U0BEN")) == 401
    assert office.workflows.calls == 1
