"""Replies to clicks over real HTTP: what arrives, within its time, and only where it may go."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from infra_cdk.local.slack.controls import ACTIONS
from infra_cdk.local.slack.failing import Fault
from infra_cdk.local.slack.server import SlackServer
from labverse.adapters import lambda_replies
from labverse.adapters.lambda_replies import LambdaReplies, function_of
from labverse.adapters.slack_replies import SlackReplies
from labverse.approve.replies import Reply
from labverse.kernel.errors import Refused, Unavailable
from labverse.platform.event import Envelope, parsed
from tests.unit.adapters.test_aws_adapters import stubbed

NOW = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    server = SlackServer(0)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def reply(slack: SlackServer) -> Reply:
    name = slack.controls.replies.issue()
    return Reply(url=f"{slack.url}{ACTIONS}{name}", text="You approved this.")


def to(slack: SlackServer) -> SlackReplies:
    return SlackReplies(lambda: slack.url)


def test_a_reply_arrives_for_one_person(slack: SlackServer, reply: Reply) -> None:
    to(slack).send(reply, 1.2)
    (told,) = slack.controls.replies.all()
    assert told["text"] == reply.text
    assert (told["response_type"], told["replace_original"]) == ("ephemeral", False)


@pytest.mark.parametrize("error", ["500", "503", "ratelimited"])
def test_what_may_pass_is_told_apart(slack: SlackServer, reply: Reply, error: str) -> None:
    slack.faults.fail(Fault(error, times=1))
    with pytest.raises(Unavailable) as failed:
        to(slack).send(reply, 1.2)
    assert reply.url not in str(failed.value)
    to(slack).send(reply, 1.2)
    assert len(slack.controls.replies.all()) == 1


@pytest.mark.parametrize("error", ["404", "301", "no_text"])
def test_what_will_not_pass_is_refused(slack: SlackServer, reply: Reply, error: str) -> None:
    slack.faults.fail(Fault(error))
    with pytest.raises(Refused) as refused:
        to(slack).send(reply, 1.2)
    assert reply.url not in str(refused.value)


def test_an_address_is_good_for_five_replies(slack: SlackServer, reply: Reply) -> None:
    for _ in range(5):
        to(slack).send(reply, 1.2)
    with pytest.raises(Refused):
        to(slack).send(reply, 1.2)


def test_one_that_hangs_ends(slack: SlackServer, reply: Reply) -> None:
    slack.faults.fail(Fault("hang"))
    with pytest.raises(Unavailable):
        to(slack).send(reply, 0.1)


def test_nobody_there_may_be_there_later(slack: SlackServer, reply: Reply) -> None:
    gone = SlackServer(0)
    gone.server_close()
    with pytest.raises(Unavailable):
        to(gone).send(reply.model_copy(update={"url": f"{gone.url}/x"}), 0.5)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/x",
        "https://hooks.slack.com.evil.example/x",
        "",
        "https://hooks.slack.com",
    ],
)
def test_no_other_address_is_posted_to(url: str) -> None:
    with pytest.raises(Refused, match="not Slack's"):
        SlackReplies(lambda: "https://hooks.slack.com").send(Reply(url=url, text="x"), 0.1)


def test_an_address_that_is_none_is_refused(slack: SlackServer) -> None:
    with pytest.raises(Refused):
        to(slack).send(Reply(url=f"{slack.url}/\u00e9\n", text="x"), 0.1)


def test_what_is_handed_over_is_what_the_function_takes(reply: Reply) -> None:
    client, stub = stubbed("lambda")
    sent: list[Any] = []
    client.meta.events.register(
        "before-parameter-build.lambda.Invoke", lambda params, **_: sent.append(dict(params))
    )
    stub.add_response("invoke", {"StatusCode": 202})
    with stub:
        LambdaReplies(function_of("dev"), client).hand_over(reply, "an-id", NOW)
    assert sent[0]["FunctionName"] == "labverse-dev-approve-event:live"
    assert sent[0]["InvocationType"] == "Event"
    event = Envelope.model_validate(json.loads(sent[0]["Payload"]))
    assert (event.id, event.detail_type, parsed(event, Reply)) == ("an-id", "ReplyDue", reply)


def test_one_that_cannot_be_handed_over_is_told() -> None:
    client, stub = stubbed("lambda")
    stub.add_client_error("invoke", "TooManyRequestsException")
    with stub, pytest.raises(Unavailable):
        LambdaReplies("f", client).hand_over(Reply(url="u", text="x"), "an-id", NOW)


def test_a_hand_over_that_hangs_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    class Hanging:
        def invoke(self, **_: Any) -> None:
            released.wait(5)

    hanging: Any = Hanging()
    monkeypatch.setattr(lambda_replies, "_SECONDS", 0.05)
    with pytest.raises(Unavailable):
        LambdaReplies("f", hanging).hand_over(Reply(url="u", text="x"), "an-id", NOW)
    released.set()
