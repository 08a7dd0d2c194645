"""A request of Slack's: who is believed, what it changes, and that whoever clicked is told."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.approve.deciding import Shown
from labverse.approve.replies import REPLAYED, UNKNOWN, WORDS
from labverse.entry.slack import interact
from labverse.kernel.errors import (
    InvalidInput,
    Refused,
    Unauthenticated,
)
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
def test_what_is_signed_and_no_click_is_refused_whole(form: dict[str, Any]) -> None:
    office = Office()
    with pytest.raises(InvalidInput):
        interact(office.request(**form), office.desk)
    assert (office.approvals.clicks, office.seen) == ([], {})


@given(st.text(max_size=80))
def test_any_signed_text_is_a_click_or_an_error_of_ours(text: str) -> None:
    office = Office()
    with pytest.raises(InvalidInput):
        interact(office.request(payload=text), office.desk)
