"""`kimi approve`: what is asked is shown, and answered as the person whose key it is."""

import json
from typing import Any

import pytest

from labverse.approve.deciding import Shown
from labverse.approve.replies import WORDS
from labverse.cli import approve
from tests.unit.approve.asked import DIGEST
from tests.unit.cli.fake import Fake

OPEN = {
    "id": "deal-1", "title": "Deal \u202e?", "facts": [{"label": "eCPM", "value": "7.50 USD"}],
    "terms_digest": DIGEST, "requester": "key:ab", "state": "requested", "quorum": 1, "votes": [],
    "approvers": ["T0LOCAL/U0ANA"], "requested_at": "2026-01-05T09:00:00Z",
    "expires_at": "2026-01-05T10:00:00Z", "decided_by": None, "decided_at": None,
}  # fmt: skip
VETOED = {**OPEN, "state": "vetoed", "decided_by": "T0LOCAL/U0BEN"}
LIST, ANSWER = "GET /api/v2/approvals", "POST /api/v2/approvals/deal-1"


@pytest.fixture
def asked(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> Fake:
    monkeypatch.setenv("LABVERSE_API_KEY", "lv_of_ana")
    fake.replies[f"{LIST}?state=requested"] = (200, {"approvals": [OPEN]})
    fake.replies[LIST] = (200, {"approvals": [OPEN]})
    fake.replies[ANSWER] = (200, {"shown": "approved", "approval": OPEN})
    return fake


def answers(asked: Fake) -> list[Any]:
    return [body for route, _, body in asked.seen if route == ANSWER]


def test_what_is_open_is_listed(asked: Fake, kimi: Any) -> None:
    done = kimi("approve", "list")
    assert done.exit_code == 0, done.output
    assert all(text in done.stdout for text in ("deal-1", "requested", "key:ab", "0 of 1"))
    assert "\u202e" not in done.stdout
    assert asked.seen[0][1]["authorization"] == "Bearer lv_of_ana"


@pytest.mark.parametrize(
    ("options", "query"), [(["--all"], ""), (["--state", "vetoed"], "?state=vetoed")]
)
def test_what_is_over_is_listed_too_if_asked_for(
    asked: Fake, kimi: Any, options: list[str], query: str
) -> None:
    asked.replies[f"{LIST}{query}"] = (200, {"approvals": [VETOED]})
    done = kimi("approve", "list", "--json", *options)
    assert json.loads(done.stdout) == [VETOED]


@pytest.mark.parametrize(("command", "answer"), [("yes", "approve"), ("veto", "veto")])
def test_an_answer_is_to_exactly_what_was_shown(
    asked: Fake, kimi: Any, command: str, answer: str
) -> None:
    done = kimi("approve", command, "deal-1", "--yes")
    assert done.exit_code == 0, done.output
    assert answers(asked) == [{"answer": answer, "terms_digest": DIGEST}]
    assert all(text in done.stderr for text in ("Deal ?", "eCPM: 7.50 USD", DIGEST, "key:ab"))
    assert WORDS[Shown.APPROVED] in done.stdout


@pytest.mark.parametrize(("typed", "sent"), [("y\n", 1), ("n\n", 0)])
def test_it_asks_whether_it_is_meant(
    asked: Fake, kimi: Any, typed: str, sent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(approve, "_somebody_is_there", lambda: True)
    done = kimi("approve", "veto", "deal-1", input=typed)
    assert done.exit_code == (0 if sent else 1)
    assert len(answers(asked)) == sent


def test_without_anybody_to_ask_nothing_is_answered(asked: Fake, kimi: Any) -> None:
    done = kimi("approve", "veto", "deal-1")
    assert (done.exit_code, answers(asked)) == (2, [])
    assert "--yes" in done.stderr


def test_what_is_decided_is_not_answered_again(asked: Fake, kimi: Any) -> None:
    asked.replies[f"{LIST}?state=requested"] = (200, {"approvals": []})
    asked.replies[LIST] = (200, {"approvals": [VETOED]})
    done = kimi("approve", "yes", "deal-1", "--yes")
    assert (done.exit_code, answers(asked)) == (1, [])
    assert "vetoed by T0LOCAL/U0BEN" in done.stderr


def test_what_nobody_asked_is_said(asked: Fake, kimi: Any) -> None:
    done = kimi("approve", "yes", "deal-2", "--yes")
    assert (done.exit_code, answers(asked)) == (1, [])
    assert "deal-2" in done.stderr


@pytest.mark.parametrize(("status", "shown"), [(403, "not_allowed"), (409, "already_decided")])
def test_an_answer_that_does_not_count_is_a_failure(
    asked: Fake, kimi: Any, status: int, shown: str
) -> None:
    problem = {"title": "No", "status": status, "detail": f"it is {shown}", "shown": shown}
    asked.replies[ANSWER] = (status, problem)
    done = kimi("approve", "yes", "deal-1", "--yes", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["shown"] == shown
    assert f"it is {shown}" in done.stderr


def test_a_vote_of_several_is_told_as_one(asked: Fake, kimi: Any) -> None:
    asked.replies[ANSWER] = (200, {"shown": "counted", "approval": OPEN})
    done = kimi("approve", "yes", "deal-1", "--yes")
    assert (done.exit_code, WORDS[Shown.COUNTED] in done.stdout) == (0, True)


def test_the_local_persons_key_answers(
    asked: Fake, kimi: Any, clone: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LABVERSE_API_KEY")
    file = clone / ".build" / "local.json"
    facts = json.loads(file.read_text(encoding="utf-8"))
    without = kimi("approve", "list")
    assert (without.exit_code, "--person TEAM/USER" in without.stderr) == (2, True)
    file.write_text(json.dumps({**facts, "person_key": "lv_local_ana"}), encoding="utf-8")
    assert kimi("approve", "list").exit_code == 0
    assert asked.seen[-1][1]["authorization"] == "Bearer lv_local_ana"
