"""Posting into a channel: what arrives, and what each answer of Slack means for the message."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra_cdk.local.slack.failing import Fault
from infra_cdk.local.slack.server import SlackServer
from infra_cdk.local.slack.workspace import BOT_TOKEN
from labverse.adapters import slack_api as adapter
from labverse.adapters.slack import SlackRoom, SlackRooms
from labverse.adapters.slack_api import API_URL
from labverse.kernel.errors import Refused, Unavailable
from labverse.route.alerting import Unsent


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    server = SlackServer(0)
    server.start()
    yield server
    server.stop()


class Pauses(list[float]):
    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def room(slack: SlackServer, pauses: Pauses, token: str = BOT_TOKEN) -> SlackRoom:
    return SlackRoom(token, "#cost-alerts", pauses, f"{slack.url}/api/")


def test_text_arrives_as_it_is_and_is_no_markup(slack: SlackServer) -> None:
    room(slack, Pauses()).post("<!channel> 50 % & more <https://evil.example|here>")
    (message,) = slack.workspace.messages()
    assert message["text"] == ("&lt;!channel&gt; 50 % &amp; more &lt;https://evil.example|here&gt;")


@pytest.mark.parametrize(
    "error", ["channel_not_found", "invalid_auth", "not_in_channel", "missing_scope"]
)
def test_what_somebody_has_to_mend_is_told_by_its_code(
    slack: SlackServer, error: str, log: io.StringIO
) -> None:
    slack.faults.fail(Fault(error))
    with pytest.raises(Refused, match=error):
        room(slack, Pauses()).post("x")
    assert error in log.getvalue()
    assert BOT_TOKEN not in log.getvalue()


def test_a_short_wait_is_kept_in_the_same_call(slack: SlackServer) -> None:
    pauses = Pauses()
    slack.faults.fail(Fault("ratelimited", times=1, retry_after=3))
    room(slack, pauses).post("x")
    assert pauses == [3]
    assert len(slack.workspace.messages()) == 1


def test_a_long_wait_is_left_to_others(slack: SlackServer) -> None:
    pauses = Pauses()
    slack.faults.fail(Fault("ratelimited", retry_after=120))
    with pytest.raises(Unsent) as unsent:
        room(slack, pauses).post("x")
    assert (unsent.value.retry_after, pauses) == (120, [])
    assert slack.faults.calls() == {"chat.postMessage": 1}


def test_a_short_wait_twice_is_once_too_often(slack: SlackServer) -> None:
    slack.faults.fail(Fault("ratelimited", retry_after=1))
    with pytest.raises(Unsent):
        room(slack, Pauses()).post("x")
    assert slack.faults.calls() == {"chat.postMessage": 2}


@pytest.mark.parametrize("error", ["500", "503", "internal_error", "fatal_error"])
def test_an_error_of_slacks_leaves_it_unknown(slack: SlackServer, error: str) -> None:
    slack.faults.fail(Fault(error))
    with pytest.raises(Unavailable) as failed:
        room(slack, Pauses()).post("x")
    assert not isinstance(failed.value, Unsent)


def test_a_call_that_hangs_ends(slack: SlackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "_SECONDS", 0.2)
    slack.faults.fail(Fault("hang"))
    with pytest.raises(Unavailable) as failed:
        room(slack, Pauses()).post("x")
    assert not isinstance(failed.value, Unsent)


def test_nobody_there_is_surely_not_posted() -> None:
    gone = SlackServer(0)
    gone.server_close()
    with pytest.raises(Unsent):
        room(gone, Pauses()).post("x")


class Secrets:
    def __init__(self, text: str | None) -> None:
        self.text, self.asked = text, ""

    def get_secret_value(self, *, SecretId: str) -> dict[str, Any]:  # noqa: N803 - AWS's name
        self.asked = SecretId
        if self.text is None:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetSecretValue")
        return {"SecretString": self.text}


def rooms(text: str | None, stage: str = "dev") -> SlackRooms:
    client: Any = Secrets(text)
    return SlackRooms(stage, "#cost-alerts", client, Pauses())


def test_without_a_token_there_is_nobody_to_tell() -> None:
    assert rooms("{}")() is None
    assert rooms('{"bot_token": ""}')() is None


@pytest.mark.parametrize("text", ["", "[]", '{"bot_token": 7}', '{"bot_token": "a\\nb"}'])
def test_a_secret_that_cannot_be_used_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(Refused) as refused:
        rooms(text)()
    assert "a\nb" not in str(refused.value)


def test_a_secret_that_cannot_be_read_may_be_later() -> None:
    with pytest.raises(Unavailable):
        rooms(None)()


@pytest.mark.parametrize(("stage", "honoured"), [("local", True), ("dev", False), ("prod", False)])
def test_only_the_local_cloud_may_post_to_another_address(
    slack: SlackServer, stage: str, honoured: bool
) -> None:
    text = json.dumps({"bot_token": BOT_TOKEN, "api_url": f"{slack.url}/api/"})
    found = rooms(text, stage)()
    assert found is not None
    assert found.url == (f"{slack.url}/api/" if honoured else API_URL)
