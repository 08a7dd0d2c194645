"""Whoever clicked is told, also when something is down, late, or gone; the log keeps no address."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest

from labverse.approve.deciding import Shown
from labverse.approve.replies import REPLY_DUE, UNRECORDED, WORDS, Reply
from labverse.entry.slack import interact, reactions
from labverse.kernel.errors import Conflict, LabverseError, Refused, Unavailable
from labverse.platform.event import Envelope
from tests.unit.approve.test_clicks import REPLY, payload
from tests.unit.entry.slack_desk import Office


@pytest.mark.parametrize("failure", [Unavailable("down"), Conflict("busy")])
def test_a_click_that_may_not_have_counted_says_so(
    failure: LabverseError, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office()

    def fail(*_: Any) -> Any:
        raise failure

    monkeypatch.setattr(office.approvals, "answer", fail)
    interact(office.request(), office.desk)
    assert office.replies.sent[0].text == WORDS[UNRECORDED]
    assert "click not recorded" in log.getvalue()


def test_without_memory_of_clicks_none_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()

    def fail(*_: Any) -> bool:
        raise Unavailable("down")

    monkeypatch.setattr(office.seen, "first", fail)
    interact(office.request(), office.desk)
    assert not office.approvals.clicks
    assert office.replies.sent[0].text == WORDS[UNRECORDED]


def test_a_reply_that_does_not_arrive_is_handed_over_with_its_words() -> None:
    office = Office()
    office.replies.failure = Unavailable("no answer")
    interact(office.request(), office.desk)
    (reply,) = office.later.kept
    assert (reply.url, reply.text[:12]) == (REPLY, WORDS[Shown.APPROVED][:12])


@pytest.mark.parametrize(("took", "left"), [(0.5, 1.2), (1.5, 0.5), (1.9, None), (60, None)])
def test_a_slow_decision_leaves_less_time_for_the_reply_or_none(
    took: float, left: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office()
    answer = office.approvals.answer

    def slowly(click: Any) -> Any:
        office.clock.seconds += took
        return answer(click)

    monkeypatch.setattr(office.approvals, "answer", slowly)
    interact(office.request(), office.desk)
    assert office.replies.seconds == ([] if left is None else [pytest.approx(left)])
    assert len(office.later.kept) == (left is None)


def test_where_nothing_else_tells_whoever_clicked_slack_does() -> None:
    office = Office()
    office.replies.failure = office.later.failure = Unavailable("down")
    with pytest.raises(Unavailable):
        interact(office.request(), office.desk)


def test_an_address_that_slack_does_not_take_any_more_is_left(log: io.StringIO) -> None:
    office = Office()
    office.replies.failure = Refused("used up")
    interact(office.request(), office.desk)
    assert not office.later.kept
    assert "reply not taken" in log.getvalue()


def test_a_click_without_an_address_counts_and_is_logged(log: io.StringIO) -> None:
    office = Office()
    interact(office.request(payload=payload(response_url=None)), office.desk)
    assert len(office.approvals.clicks) == 1
    assert "nowhere to reply" in log.getvalue()


def test_the_log_tells_the_outcome_and_no_address(log: io.StringIO) -> None:
    office = Office()
    office.replies.failure = Unavailable("down")
    interact(office.request(), office.desk)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert {"approval_id": "deal-1", "outcome": "approved"}.items() <= lines[0].items()
    assert REPLY not in log.getvalue()


def due(office: Office, **detail: Any) -> Envelope:
    return Envelope.model_validate(
        {
            "id": "a-new-id", "source": "labverse.approve", "detail-type": "ReplyDue",
            "time": office.clock.now() + timedelta(minutes=1),
            "detail": {"url": REPLY, "text": "x", **detail},
        }
    )  # fmt: skip


def test_a_reply_that_is_due_is_sent_and_tried_again_while_it_may_arrive(log: io.StringIO) -> None:
    office = Office()
    (tell,) = reactions(lambda: office.desk)[REPLY_DUE]
    office.replies.failure = Unavailable("still down")
    with pytest.raises(Unavailable):
        tell(due(office))
    office.replies.failure = None
    tell(due(office))
    assert office.replies.sent == [Reply(url=REPLY, text="x")]
    office.replies.failure = Refused("expired")
    tell(due(office))
    assert "reply not taken" in log.getvalue()
