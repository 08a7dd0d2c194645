"""An approval, and clicks on it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from labverse.approve.models import Answer, Approval, Click, Escalation, Team

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
DIGEST = "ab" * 32


def approval(**changes: Any) -> Approval:
    given: dict[str, Any] = {
        "id": "deal-1",
        "terms_digest": DIGEST,
        "requester": "T1/U0",
        "teams": (
            Team(id="T1", users=frozenset({"U0", "U1", "U2"})),
            Team(id="T2", users=frozenset({"U1"})),
        ),
        "requested_at": START,
        "expires_at": START + timedelta(hours=1),
        "escalations": (
            Escalation(after_seconds=1800, room="C-leads"),
            Escalation(after_seconds=600, room="C-on-call"),
        ),
    }
    return Approval(**{**given, **changes})


def click(answer: Answer = Answer.APPROVE, **changes: Any) -> Click:
    given = {"approval_id": "deal-1", "terms_digest": DIGEST, "team": "T1", "user": "U1"}
    return Click(answer=answer, **{**given, **changes})


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)
