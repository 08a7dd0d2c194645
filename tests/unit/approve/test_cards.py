"""What people see is what was said, and no more: no mention, markup or secret in it."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from labverse.approve.cards import Fact, Question, slack, status, teams
from labverse.approve.deciding import clicked
from labverse.approve.models import Answer, Approval
from tests.unit.approve.asked import DIGEST, after, approval, click

ASKED = Question(title="Swap 2M impressions?", facts=(Fact(label="Price", value="12.50 USD"),))
BAD = "<!channel> <@U1> *b* [x](http://evil.example) & \u202egnp.exe\n\x07"


def strings(value: Any, key: str) -> list[str]:
    """Every string under `key`, at any depth."""
    if isinstance(value, dict):
        own = [each for name, each in value.items() if name == key and isinstance(each, str)]
        return own + [text for each in value.values() for text in strings(each, key)]
    if isinstance(value, list):
        return [text for each in value for text in strings(each, key)]
    return []


def decided() -> Approval:
    change = clicked(approval(), click(Answer.VETO), after(1)).change
    assert change is not None
    return change


def test_buttons_carry_the_approval_and_its_terms() -> None:
    elements = slack(ASKED, approval())["blocks"][-1]["elements"]
    assert [each["value"] for each in elements] == [f"deal-1.{DIGEST}"] * 2
    assert [("confirm" in each) for each in elements] == [False, True]
    actions = teams(ASKED, approval())["attachments"][0]["content"]["actions"]
    assert [each["data"] for each in actions] == [
        {"id": "deal-1", "terms_digest": DIGEST, "answer": answer} for answer in ("approve", "veto")
    ]


def test_what_is_decided_has_no_buttons_and_says_by_whom() -> None:
    message = slack(ASKED, decided())
    assert "actions" not in [block["type"] for block in message["blocks"]]
    assert message["text"].endswith("Vetoed by T1/U1")
    assert teams(ASKED, decided())["attachments"][0]["content"]["actions"] == []


def test_a_quorum_is_counted_where_all_can_see() -> None:
    once = clicked(approval(quorum=2), click(), after(1)).change
    assert once is not None
    assert status(once) == "Waiting for a decision (1 of 2 approvals) until 2026-01-05T10:00+00:00"


def test_text_from_outside_is_only_text() -> None:
    asked = Question(title=BAD, facts=(Fact(label=BAD, value=BAD),))
    message = json.dumps(slack(asked, approval()), ensure_ascii=False)
    assert not set("<>\u202e\x07") & set(message)
    assert '"mrkdwn"' not in message
    card = teams(asked, approval())["attachments"][0]["content"]
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert not set("\u202e\x07\n") & set("".join(strings(card, "text")))


@given(st.text(max_size=2_000) | st.text("&<>", max_size=2_000), st.integers(0, 10))
def test_slack_takes_any_text(text: str, count: int) -> None:
    asked = Question(title=text, facts=(Fact(label=text, value=text),) * count)
    message = slack(asked, approval())
    for block in message["blocks"]:
        if block["type"] == "section":
            assert len(block.get("text", {"text": "?"})["text"]) <= 3_000
            assert all(len(each["text"]) <= 2_000 for each in block.get("fields", []))
    assert all(strings(message["blocks"], "text"))
