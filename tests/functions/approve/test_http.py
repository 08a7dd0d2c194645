"""functions/approve over HTTP: what people are asked, and what they answer."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.functions.conftest import CONTEXT
from tests.functions.office import ANA, BEN, EVE, Office, said

Event = Callable[[str], Any]
DIGEST = "ab" * 32


def test_a_state_asks_and_its_token_is_answered(
    approve: Any, event: Event, office: Office, http: Any
) -> None:
    asked = approve.task(event("approve/ask"), CONTEXT)
    assert (asked["approval_id"], asked["state"]) == ("deal-1", "requested")
    assert office.workflows.calls == 0
    status, body = http(office.key(BEN), said("approve"))
    assert (status, body["shown"], body["approval"]["state"]) == (200, "approved", "approved")
    token = event("approve/ask")["token"]
    verdict = office.workflows.taken[token]
    assert verdict.keys() == {
        "approval_id", "approved", "reason", "decided_by", "decided_at", "terms_digest"
    }  # fmt: skip
    assert (verdict["approved"], verdict["reason"]) == (True, "approved")
    assert (verdict["decided_by"], verdict["terms_digest"]) == (BEN, DIGEST)
    (told,) = office.events("ApprovalDecided")
    assert (told["approval_id"], told["approved"], told["decided_by"]) == ("deal-1", True, BEN)
    assert token not in json.dumps(office.cloud.events)


def test_it_is_listed_for_people_without_a_chat(
    approve: Any, event: Event, office: Office, http: Any
) -> None:
    approve.task(event("approve/ask"), CONTEXT)
    status, body = http(office.key(ANA))
    (seen,) = body["approvals"]
    assert (status, seen["id"], seen["terms_digest"]) == (200, "deal-1", DIGEST)
    assert seen["facts"] == event("approve/ask")["request"]["facts"]
    assert seen["approvers"] == [ANA, BEN]
    assert event("approve/ask")["token"] not in json.dumps(body)


@pytest.mark.parametrize(
    "case",
    [
        (EVE, said("approve"), (403, "not_allowed")),
        ("T9/U0ANA", said("veto"), (403, "wrong_team")),
        (ANA, said("approve"), (403, "own_request")),
        (BEN, said("approve", "cd" * 32), (409, "other_terms")),
    ],
)
def test_who_may_not_and_what_is_no_longer_so_change_nothing(
    approve: Any, event: Event, office: Office, http: Any, case: tuple[Any, ...]
) -> None:
    person, body, expected = case
    asked = event("approve/ask")
    asked["request"]["requester"] = ANA
    approve.task(asked, CONTEXT)
    before = dict(office.table.items)
    status, told = http(office.key(person), body)
    assert (status, told["shown"]) == expected
    assert ("approval" in told) == (status == 409), "a stranger learns nothing of it"
    assert office.table.items == before
    assert office.workflows.calls == 0


def test_the_second_answer_is_told_what_was_decided(
    approve: Any, event: Event, office: Office, http: Any
) -> None:
    approve.task(event("approve/ask"), CONTEXT)
    assert http(office.key(ANA), said("veto"))[1]["shown"] == "vetoed"
    status, told = http(office.key(BEN), said("approve"))
    assert (status, told["shown"], told["approval"]["state"]) == (409, "already_decided", "vetoed")
    assert told["approval"]["decided_by"] == ANA
    assert office.workflows.calls == 1


def test_a_key_that_is_nobody_s_decides_nothing(office: Office, http: Any) -> None:
    status, told = http(office.key(), said("approve"))
    assert status == 403
    assert "kimi keys create --person TEAM/USER --scopes approve" in told["detail"]


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/deal-9", said("approve"), 404),
        ("/deal.1", said("approve"), 422),
        ("/deal-1", said("maybe"), 422),
        ("/deal-1", said("approve", "short"), 422),
        ("/deal-1", {**said("approve"), "user": "U0BEN"}, 422),
    ],
)
def test_what_cannot_be_used_is_refused(
    office: Office, http: Any, path: str, body: Any, expected: int
) -> None:
    assert http(office.key(ANA), body, path)[0] == expected
