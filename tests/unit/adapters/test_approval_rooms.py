"""Questions and outcomes in Slack and in Teams, over real HTTP: both, either, or none."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra_cdk.local.slack import seed
from infra_cdk.local.slack.failing import Fault
from infra_cdk.local.slack.server import SlackServer
from labverse.adapters.approval_rooms import ChatRooms
from labverse.approve.cards import Fact, Question
from labverse.approve.models import Approval, State, Vote
from labverse.approve.stored import Posted
from labverse.kernel.errors import Refused, Unavailable
from tests.unit.adapters.test_slack import Pauses, Secrets
from tests.unit.approve.asked import after, approval

QUESTION = Question(title="Deal?", facts=(Fact(label="eCPM", value="7.50 USD"),))
ROOM, ESCALATED = "approvals", "approvals-escalated"
OPEN = approval(room=ROOM)
VETOED = OPEN.model_copy(
    update={"state": State.VETOED, "decided_by": "T1/U1", "decided_at": after(1), "version": 1}
)


@pytest.fixture
def chat() -> Iterator[SlackServer]:
    server = SlackServer(0)
    server.start()
    yield server
    server.stop()


def rooms(chat: SlackServer, *without: str, **members: Any) -> ChatRooms:
    held = {**seed.made_for(chat.url, {}), **members}
    text = json.dumps({name: value for name, value in held.items() if name not in without})
    client: Any = Secrets(text)
    return ChatRooms("local", client, Pauses())


def texts(chat: SlackServer) -> list[str]:
    return [one["text"] for one in chat.workspace.messages()]


def asked(there: ChatRooms, room: str = ROOM, about: Approval = OPEN) -> Posted:
    posted = there.post(room, QUESTION, about)
    assert posted is not None
    return posted


def test_people_are_asked_in_both_and_told_of_the_outcome_in_both(chat: SlackServer) -> None:
    there = rooms(chat)
    posted = asked(there)
    (message,) = chat.workspace.messages()
    assert message["channel"] == "C0APPROVALS"
    assert message["blocks"][-1]["type"] == "actions"
    assert len(chat.controls.cards()) == 1
    there.update(posted, QUESTION, VETOED)
    (message,) = chat.workspace.messages()
    assert "Vetoed by T1/U1" in message["text"]
    assert all(block["type"] != "actions" for block in message["blocks"])
    question, outcome = chat.controls.cards()
    assert question["attachments"][0]["content"]["actions"]
    assert not outcome["attachments"][0]["content"]["actions"]


def test_teams_is_not_told_of_what_is_still_open_and_of_an_outcome_once(chat: SlackServer) -> None:
    there = rooms(chat)
    first, second = asked(there), asked(there, ESCALATED)
    assert len(chat.controls.cards()) == 2
    vote = Vote(user="T1/U1", at=after(1))
    counted = OPEN.model_copy(update={"quorum": 2, "votes": (vote,), "version": 1})
    for posted in (first, second):
        there.update(posted, QUESTION, counted)
    assert len(chat.controls.cards()) == 2
    for posted in (first, second):
        there.update(posted, QUESTION, VETOED)
    assert len(chat.controls.cards()) == 3
    assert all("Vetoed" in text for text in texts(chat))


def test_slack_alone(chat: SlackServer) -> None:
    there = rooms(chat, "teams_webhook_url")
    there.update(asked(there), QUESTION, VETOED)
    assert (len(texts(chat)), chat.controls.cards()) == (1, [])


def test_teams_alone(chat: SlackServer) -> None:
    there = rooms(chat, "bot_token")
    there.update(asked(there), QUESTION, VETOED)
    assert (texts(chat), len(chat.controls.cards())) == ([], 2)


def test_neither_is_nobody_to_tell(chat: SlackServer) -> None:
    there = rooms(chat, "bot_token", "teams_webhook_url")
    assert there.post(ROOM, QUESTION, OPEN) is None


@pytest.mark.parametrize("wrong", [Fault("500", method="teams"), None])
def test_once_slack_is_told_teams_cannot_have_it_asked_twice(
    chat: SlackServer, wrong: Fault | None, log: io.StringIO
) -> None:
    there = rooms(chat) if wrong else rooms(chat, teams_webhook_url="https://evil.example/x")
    if wrong:
        chat.faults.fail(wrong)
    posted = asked(there)
    assert "teams not told" in log.getvalue()
    chat.faults.fail(None)
    assert json.loads(posted.reference)[2] is False
    assert len(texts(chat)) == 1


def test_what_slack_refuses_is_told_before_teams_is_asked(chat: SlackServer) -> None:
    with pytest.raises(Refused, match="channel_not_found"):
        rooms(chat).post("nowhere", QUESTION, OPEN)
    chat.faults.fail(Fault("500", method="chat.postMessage"))
    with pytest.raises(Unavailable):
        rooms(chat).post(ROOM, QUESTION, OPEN)
    assert chat.controls.cards() == []


def test_an_outcome_that_slack_does_not_take_now_is_not_told_to_teams_twice(
    chat: SlackServer,
) -> None:
    there = rooms(chat)
    posted = asked(there)
    chat.faults.fail(Fault("500", times=1, method="chat.update"))
    with pytest.raises(Unavailable):
        there.update(posted, QUESTION, VETOED)
    there.update(posted, QUESTION, VETOED)
    assert len(chat.controls.cards()) == 2


def test_a_message_that_is_gone_is_refused(chat: SlackServer) -> None:
    there = rooms(chat)
    posted = asked(there)
    chat.workspace.forget()
    with pytest.raises(Refused, match="message_not_found"):
        there.update(posted, QUESTION, VETOED)


@pytest.mark.parametrize("reference", ["", "{}", "[1]", "null", '["C", "1"]'])
def test_a_place_that_nobody_here_wrote_is_refused(chat: SlackServer, reference: str) -> None:
    with pytest.raises(Refused):
        rooms(chat).update(Posted(room=ROOM, reference=reference), QUESTION, VETOED)
