"""The stand-in for Slack answers as Slack does, to its own SDK and to plain HTTP."""

from collections.abc import Iterator

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web import WebClient

from infra_cdk.local.slack.server import SlackServer
from infra_cdk.local.slack.workspace import BOT_TOKEN


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    server = SlackServer(0)
    server.start()
    yield server
    server.stop()


def client(slack: SlackServer, token: str = BOT_TOKEN) -> WebClient:
    return WebClient(token, f"{slack.url}/api/", timeout=2, retry_handlers=[])


def code(refused: pytest.ExceptionInfo[SlackApiError]) -> str:
    return str(refused.value.response["error"])


def test_a_message_is_posted_read_and_changed(slack: SlackServer) -> None:
    posted = client(slack).chat_postMessage(channel="#cost-alerts", text="a &amp; b")
    assert posted["channel"] == "C0COSTALERTS"
    assert posted["message"]["text"] == "a &amp; b"
    blocks = [{"type": "divider"}]
    client(slack).chat_update(channel=posted["channel"], ts=posted["ts"], text="c", blocks=blocks)
    told = httpx.get(f"{slack.url}/_messages").json()
    assert told == [
        {
            "channel": "C0COSTALERTS", "ts": posted["ts"], "text": "c", "blocks": blocks,
            "edited": True,
        }
    ]  # fmt: skip
    assert client(slack).auth_test()["team"] == "local"
    httpx.delete(f"{slack.url}/_messages")
    assert httpx.get(f"{slack.url}/_messages").json() == []


def test_forms_are_read_too(slack: SlackServer) -> None:
    form = {"token": BOT_TOKEN, "channel": "cost-alerts", "text": "x", "blocks": '[{"type": "x"}]'}
    assert httpx.post(f"{slack.url}/api/chat.postMessage", data=form).json()["ok"]
    assert slack.workspace.messages()[0]["blocks"] == [{"type": "x"}]


def test_what_slack_refuses(slack: SlackServer) -> None:
    for told, wanted in (
        ({"channel": "#nowhere", "text": "x"}, "channel_not_found"),
        ({"channel": "#cost-alerts", "blocks": []}, "no_text"),
        ({"channel": "#cost-alerts", "text": "x" * 40_001}, "msg_too_long"),
    ):
        with pytest.raises(SlackApiError) as refused:
            client(slack).api_call("chat.postMessage", json=told)
        assert code(refused) == wanted
    with pytest.raises(SlackApiError) as refused:
        client(slack).chat_update(channel="C0COSTALERTS", ts="1.0", text="x")
    assert code(refused) == "message_not_found"
    with pytest.raises(SlackApiError) as refused:
        client(slack, "xoxb-other").auth_test()
    assert code(refused) == "invalid_auth"
    assert httpx.post(f"{slack.url}/api/auth.test").json()["error"] == "not_authed"
    assert httpx.post(
        f"{slack.url}/api/chat.delete", headers={"authorization": f"Bearer {BOT_TOKEN}"}
    ).json() == {"ok": False, "error": "unknown_method"}


def test_it_fails_as_often_as_it_is_told(slack: SlackServer) -> None:
    httpx.post(f"{slack.url}/_errors", json={"error": "is_archived", "times": 1})
    with pytest.raises(SlackApiError) as refused:
        client(slack).auth_test()
    assert code(refused) == "is_archived"
    assert client(slack).auth_test()["ok"]
    httpx.post(f"{slack.url}/_errors", json={"error": "ratelimited", "retry_after": 7})
    with pytest.raises(SlackApiError) as refused:
        client(slack).auth_test()
    assert (refused.value.response.status_code, code(refused)) == (429, "ratelimited")
    assert refused.value.response.headers["Retry-After"] == "7"
    httpx.delete(f"{slack.url}/_errors")
    assert client(slack).auth_test()["ok"]
    assert httpx.get(f"{slack.url}/_calls").json() == {"auth.test": 4}


def test_a_fault_that_cannot_be_is_refused(slack: SlackServer) -> None:
    assert httpx.post(f"{slack.url}/_errors", json={"error": "no such"}).status_code == 400
    assert httpx.post(f"{slack.url}/_errors", json={"error": "x", "times": "y"}).status_code == 400
    assert httpx.delete(f"{slack.url}/_calls").status_code == 404
