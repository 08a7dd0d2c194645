"""Whoever clicked is told what it came to, in words of its own for each case."""

from datetime import datetime

import pytest

from labverse.approve.cards import Question
from labverse.approve.deciding import Shown
from labverse.approve.interacting import Interactions, Told
from labverse.approve.models import Approval, Click, State
from labverse.approve.replies import REPLAYED, UNKNOWN, UNRECORDED, WORDS, Reply
from labverse.approve.service import Answered
from labverse.kernel.errors import NotFound
from tests.unit.approve.asked import START, after, approval, click


class Seen(dict[str, datetime]):
    def first(self, identity: str, now: datetime, until: datetime) -> bool:
        new = identity not in self or self[identity] <= now
        self.setdefault(identity, until)
        return new


class Approvals:
    """Answers as told, or knows no approval."""

    def __init__(self, shown: Shown | None, after: Approval | None = None) -> None:
        self.shown, self.approval, self.clicks = shown, after or approval(), list[Click]()

    def answer(self, click: Click) -> Answered:
        self.clicks.append(click)
        if self.shown is None:
            raise NotFound("there is no such approval")
        question = Question(title="Deal <!here>?")
        return Answered(shown=self.shown, approval=self.approval, question=question)


def test_every_outcome_has_words_of_its_own() -> None:
    assert set(WORDS) == {*Shown, REPLAYED, UNKNOWN, UNRECORDED}
    assert len(set(WORDS.values())) == len(WORDS)


def test_a_reply_is_for_whoever_clicked_and_leaves_the_message() -> None:
    reply = Reply(url="https://hooks.slack.com/actions/T1/1/secret", text="x")
    assert reply.body() == {"response_type": "ephemeral", "replace_original": False, "text": "x"}
    assert "secret" not in repr(reply)


@pytest.mark.parametrize("shown", list(Shown))
def test_what_was_decided_is_what_is_told(shown: Shown) -> None:
    told = Interactions(Approvals(shown), Seen())(click(), "i", START)
    assert told.outcome == shown
    assert told.text.startswith(WORDS[shown])
    stranger = shown in (Shown.WRONG_TEAM, Shown.NOT_ALLOWED)
    assert ("Waiting for a decision" in told.text) is not stranger
    assert "<!here>" not in told.text, "a title is no markup in a reply either"


def test_a_late_click_learns_who_was_first() -> None:
    decided = approval(state=State.VETOED, decided_by="T1/U2", decided_at=after(1))
    told = Interactions(Approvals(Shown.ALREADY_DECIDED, decided), Seen())(click(), "i", START)
    assert "Vetoed by T1/U2" in told.text


def test_a_replay_is_told_and_decides_nothing() -> None:
    approvals, seen = Approvals(Shown.APPROVED), Seen()
    interactions = Interactions(approvals, seen)
    interactions(click(), "i", START)
    assert interactions(click(), "i", after(9)) == Told(REPLAYED)
    assert approvals.clicks == [click()]
    assert (seen["i"] - START).total_seconds() >= 600, "longer than a signature is good for"


def test_a_question_that_nobody_knows_is_told() -> None:
    assert Interactions(Approvals(None), Seen())(click(), "i", START).text == WORDS[UNKNOWN]
