"""Who may decide, on what, until when; and that every click has an answer."""

from typing import Any

import pytest
from pydantic import ValidationError

from labverse.approve.deciding import Shown, abandoned, clicked, timed_out, verdict
from labverse.approve.models import Answer, State, Team, Verdict
from tests.unit.approve.asked import DIGEST, after, approval, click


def told(reason: State, who: str | None, minutes: float) -> Verdict:
    return Verdict(
        approval_id="deal-1",
        approved=reason is State.APPROVED,
        reason=reason,
        decided_by=who,
        decided_at=after(minutes),
        terms_digest=DIGEST,
    )


def test_one_approval_decides() -> None:
    shown, decided = clicked(approval(), click(), after(1))
    assert shown is Shown.APPROVED
    assert decided is not None
    assert (decided.state, decided.decided_by, decided.version) == (State.APPROVED, "T1/U1", 1)
    assert verdict(decided) == told(State.APPROVED, "T1/U1", 1)


def test_one_veto_decides_whatever_the_quorum() -> None:
    shown, decided = clicked(approval(quorum=2), click(Answer.VETO), after(1))
    assert shown is Shown.VETOED
    assert decided is not None
    assert verdict(decided) == told(State.VETOED, "T1/U1", 1)


def test_a_quorum_is_of_different_people() -> None:
    shown, once = clicked(approval(quorum=2), click(), after(1))
    assert shown is Shown.COUNTED
    assert once is not None
    assert verdict(once) is None
    assert clicked(once, click(), after(2)) == (Shown.ALREADY_COUNTED, None)
    # The same id in another workspace is somebody else.
    shown, decided = clicked(once, click(team="T2"), after(2))
    assert shown is Shown.APPROVED
    assert decided is not None
    assert [vote.user for vote in decided.votes] == ["T1/U1", "T2/U1"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"team": "T9"}, Shown.WRONG_TEAM),
        ({"team": "T2", "user": "U2"}, Shown.NOT_ALLOWED),
        ({"user": "U9"}, Shown.NOT_ALLOWED),
        ({"terms_digest": "cd" * 32}, Shown.OTHER_TERMS),
        ({"approval_id": "deal-2"}, Shown.OTHER_APPROVAL),
        ({"user": "U0"}, Shown.OWN_REQUEST),
    ],
)
def test_who_may_not_is_told_and_changes_nothing(changes: dict[str, Any], expected: Shown) -> None:
    assert clicked(approval(), click(**changes), after(1)) == (expected, None)


def test_whoever_asked_may_take_it_back() -> None:
    assert clicked(approval(), click(Answer.VETO, user="U0"), after(1)).shown is Shown.VETOED


def test_strangers_learn_nothing_of_the_state() -> None:
    decided = clicked(approval(), click(), after(1)).change
    assert decided is not None
    assert clicked(decided, click(user="U9"), after(2)).shown is Shown.NOT_ALLOWED
    assert clicked(decided, click(user="U2"), after(2)) == (Shown.ALREADY_DECIDED, None)


def test_silence_is_a_veto_from_the_very_moment() -> None:
    assert timed_out(approval(), after(59.99)) is None
    expired = timed_out(approval(), after(60))
    assert expired is not None
    assert verdict(expired) == told(State.EXPIRED, None, 60)
    assert timed_out(expired, after(61)) is None
    shown, late = clicked(approval(), click(), after(60))
    assert (shown, late) == (Shown.EXPIRED, expired)


def test_whatever_was_decided_nothing_follows_once_whoever_asked_has_ended() -> None:
    decided = clicked(approval(), click(), after(1)).change
    assert decided is not None
    for ended in (approval(), decided):
        gone = abandoned(ended, after(2))
        assert gone is not None
        assert verdict(gone) == told(State.ABANDONED, None, 2)
        assert gone.version == ended.version + 1
        assert abandoned(gone, after(3)) is None
        assert clicked(gone, click(Answer.VETO), after(3)) == (Shown.ABANDONED, None)


def test_escalation_goes_by_time_and_ends_with_the_decision() -> None:
    assert approval().escalated(after(9.9)) == ()
    assert approval().escalated(after(10)) == ("C-on-call",)
    assert approval().escalated(after(30)) == ("C-on-call", "C-leads")
    decided = clicked(approval(), click(), after(1)).change
    assert decided is not None
    assert decided.escalated(after(30)) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"quorum": 4},
        {"teams": (Team(id="T1", users=frozenset({"U0"})),)},
        {"teams": (Team(id="T1", users=frozenset({"U1"})),) * 2},
        {"expires_at": after(0)},
        {"terms_digest": "short"},
        {"teams": ()},
    ],
)
def test_what_nobody_could_decide_is_not_asked(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        approval(**changes)
