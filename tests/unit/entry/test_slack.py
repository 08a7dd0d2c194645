"""A request of Slack's: who is believed, what it changes, and that whoever clicked is told."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.approve.deciding import Shown
from labverse.approve.replies import REPLAYED, UNKNOWN, UNRECORDED, WORDS, Reply
from labverse.entry.slack import interact, late_reply
from labverse.kernel.errors import (
    Conflict,
    InvalidInput,
    LabverseError,
    Refused,
    Unauthenticated,
    Unavailable,
)
from labverse.platform.event import Envelope
from tests.unit.approve.test_clicks import REPLY, payload
from tests.unit.entry.slack_desk import OTHER, SECRET, Held, Office


@pytest.mark.parametrize("encoded", [False, True])
def test_a_click_counts_and_is_answered(encoded: bool) -> None:
    office = Office()
    interact(office.request(encoded=encoded), office.desk)
    assert [click.who for click in office.approvals.clicks] == ["T1/U1"]
    (reply,) = office.replies.sent
    assert reply.url == REPLY
    assert reply.text.startswith(WORDS[Shown.APPROVED])
    assert office.replies.seconds[0] <= 1.2
    assert not office.later.kept


@pytest.mark.parametrize("shown", list(Shown))
def test_whatever_it_comes_to_is_told(shown: Shown) -> None:
    office = Office(shown)
    interact(office.request(), office.desk)
    assert office.replies.sent[0].text.startswith(WORDS[shown])


def test_an_unknown_approval_is_told() -> None:
    office = Office(shown=None)
    interact(office.request(), office.desk)
    assert office.replies.sent[0].text == WORDS[UNKNOWN]


@pytest.mark.parametrize(
    "wrong", [{"secret": "forged"}, {"age": 301}, {"age": -301}, {"secret": ""}]
)
def test_what_slack_did_not_sign_lately_changes_nothing(wrong: dict[str, Any]) -> None:
    office = Office()
    with pytest.raises(Unauthenticated):
        interact(office.request(**wrong), office.desk)
    assert (office.approvals.clicks, office.seen, office.replies.sent) == ([], {}, [])


@pytest.mark.parametrize("missing", ["x-slack-signature", "x-slack-request-timestamp"])
def test_what_is_not_signed_changes_nothing(missing: str) -> None:
    office = Office()
    request = office.request()
    del request["headers"][missing]
    with pytest.raises(Unauthenticated):
        interact(request, office.desk)
    assert not office.approvals.clicks


def test_another_body_under_the_same_signature_is_a_forgery() -> None:
    office = Office()
    request = office.request()
    request["body"] += "&x=1"
    with pytest.raises(Unauthenticated):
        interact(request, office.desk)


def test_a_replay_changes_nothing_and_is_told() -> None:
    office = Office()
    request = office.request()
    for _ in range(2):
        interact(request, office.desk)
    assert len(office.approvals.clicks) == 1
    assert office.replies.sent[1].text == WORDS[REPLAYED]


def test_a_changed_secret_works_at_once_and_so_does_the_one_before() -> None:
    office = Office()
    office.secret.kept = Held((OTHER, SECRET))
    interact(office.request(secret=OTHER), office.desk)
    interact(office.request(age=1), office.desk)
    assert len(office.approvals.clicks) == 2
    assert office.secret.reads == 1, "what is known is not read again"


def test_without_a_secret_nobody_is_believed() -> None:
    office = Office()
    office.secret.known = office.secret.kept = Held(())
    with pytest.raises(Unauthenticated):
        interact(office.request(), office.desk)


def test_a_secret_that_cannot_be_used_believes_nobody_and_says_so(log: io.StringIO) -> None:
    office = Office()

    class Spoilt(Held):
        def signing(self, now: Any) -> tuple[str, ...]:
            raise Refused("the signing secret of Slack cannot be used")

    office.secret.known = office.secret.kept = Spoilt(())
    with pytest.raises(Unauthenticated):
        interact(office.request(), office.desk)
    assert "no click can be believed" in log.getvalue()


@pytest.mark.parametrize(
    "form",
    [
        {"other": "x"},
        {"payload": ""},
        {"payload": "not json"},
        {"payload": "{}"},
        {"payload": payload(response_url="https://evil.example/x")},
        {"payload": payload(type="view_submission")},
        {**{f"f{n}": "x" for n in range(11)}, "payload": payload()},
    ],
)
def test_what_is_signed_and_no_click_is_refused_whole(form: dict[str, str]) -> None:
    office = Office()
    with pytest.raises(InvalidInput):
        interact(office.request(**form), office.desk)
    assert (office.approvals.clicks, office.seen) == ([], {})


@given(st.text(max_size=80))
def test_any_signed_text_is_a_click_or_an_error_of_ours(text: str) -> None:
    office = Office()
    with pytest.raises(InvalidInput):
        interact(office.request(payload=text), office.desk)


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
    tell = late_reply(lambda: office.replies)
    office.replies.failure = Unavailable("still down")
    with pytest.raises(Unavailable):
        tell(due(office))
    office.replies.failure = None
    tell(due(office))
    assert office.replies.sent == [Reply(url=REPLY, text="x")]
    office.replies.failure = Refused("expired")
    tell(due(office))
    assert "reply not taken" in log.getvalue()
