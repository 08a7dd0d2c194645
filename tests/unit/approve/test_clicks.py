"""What a button sends comes back as the click it was, and everything else is told what is wrong."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.approve.cards import Question, slack
from labverse.approve.clicks import read
from labverse.approve.models import Answer
from labverse.kernel.errors import InvalidInput
from tests.unit.approve.asked import DIGEST, approval, click

REPLY = "https://hooks.slack.com/actions/T1/1/x"


def payload(place: int = 0, **changes: Any) -> str:
    """As Slack sends it, with the button at `place` of our own message pressed."""
    button = slack(Question(title="Deal?"), approval())["blocks"][-1]["elements"][place]
    given = {
        "type": "block_actions",
        "user": {"id": "U1", "username": "any", "team_id": "T1"},
        "team": {"id": "T1", "domain": "any"},
        "actions": [{**button, "action_ts": "1.0"}],
        "response_url": REPLY,
        "trigger_id": "1.2.3",
    }
    return json.dumps({**given, **changes})


@pytest.mark.parametrize(("place", "answer"), [(0, Answer.APPROVE), (1, Answer.VETO)])
def test_our_own_buttons_come_back(place: int, answer: Answer) -> None:
    assert read(payload(place)) == click(answer, reply_url=REPLY)


def test_a_guest_of_a_shared_channel_belongs_to_their_own_team() -> None:
    assert read(payload(user={"id": "U1", "team_id": "T9"})).who == "T9/U1"
    assert read(payload(user={"id": "U1"})).who == "T1/U1"


def act(**changes: Any) -> list[dict[str, Any]]:
    return [{"action_id": "labverse.approve", "value": f"deal-1.{DIGEST}", **changes}]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("not json", "payload"),
        ("[]", "payload"),
        (payload(type="view_submission"), "type"),
        (payload(user={}), "user.id"),
        (payload(team=None), "team"),
        (payload(actions=[]), "actions"),
        (payload(actions=act() * 2), "actions"),
        (payload(actions=act(action_id="approve")), "actions.0.action_id"),
        (payload(actions=act(action_id="labverse.delete")), "actions.0.action_id"),
        (payload(actions=act(value="deal-1")), "actions.0.value"),
        (payload(actions=act(value=f"deal-1.{DIGEST}\n")), "actions.0.value"),
        (payload(actions=act(value=7)), "actions.0.value"),
        (payload(response_url="https://hooks.slack.com.evil.example/x"), "response_url"),
        (payload(response_url="http://169.254.169.254/"), "response_url"),
    ],
)
def test_what_cannot_be_used_is_named(text: str, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(text)
    assert caught.value.fields[0].field == field
    assert "evil" not in str(caught.value)


def test_a_stand_in_answers_at_its_own_origin() -> None:
    there = "http://127.0.0.1:9/reply"
    assert read(payload(response_url=there), "http://127.0.0.1:9").reply_url == there


@given(st.text() | st.dictionaries(st.text(), st.text()).map(json.dumps))
def test_any_other_text_is_an_error_of_ours(text: str) -> None:
    with pytest.raises(InvalidInput):
        read(text)
