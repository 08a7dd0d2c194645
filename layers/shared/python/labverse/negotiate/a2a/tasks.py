"""A negotiation as a task of A2A 1.0."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from labverse.negotiate.a2a.asking import JSON
from labverse.negotiate.models import Negotiation
from labverse.negotiate.states import State

STATES = {
    State.WORKING: "TASK_STATE_WORKING",
    State.WAITING: "TASK_STATE_INPUT_REQUIRED",
    State.AGREED: "TASK_STATE_COMPLETED",
    State.REFUSED: "TASK_STATE_REJECTED",
    # That there is no deal to be had is a result, with its proof; nothing has failed.
    State.NO_AGREEMENT: "TASK_STATE_COMPLETED",
    State.NO_EQUILIBRIUM: "TASK_STATE_COMPLETED",
    State.FAILED: "TASK_STATE_FAILED",
    State.CANCELED: "TASK_STATE_CANCELED",
}
TYPES = {
    State.WAITING: "proposal",
    State.AGREED: "deal",
    State.REFUSED: "refusal",
    State.NO_AGREEMENT: "no_agreement",
    State.NO_EQUILIBRIUM: "no_equilibrium",
}
"""What the artifact is, where there is one."""
_WORDS = {
    State.WORKING: "Positions are gathered and solved.",
    State.WAITING: "A person is asked to approve or veto this deal; nobody else can.",
    State.AGREED: "The deal is agreed and applied.",
    State.REFUSED: "The deal was refused",
    State.NO_AGREEMENT: "There is no deal that suits all",
    State.NO_EQUILIBRIUM: "There is no deal that nobody would leave",
    State.FAILED: "This could not be negotiated",
    State.CANCELED: "This was canceled",
}
# What the task itself tells, or is of no use outside.
_NOT_TOLD = {"request", "context_id"}


def task(record: Negotiation, history: int | None = None, artifacts: bool = True) -> dict[str, Any]:
    """The task, in JSON's types. `history`: its last that many messages; None is all, 0 is none."""
    made: dict[str, Any] = {
        "id": record.id,
        "contextId": context_id(record),
        "status": _status(record),
    }
    if artifacts and record.state in TYPES:
        made["artifacts"] = [_artifact(record)]
    said = _history(record)
    said = said if history is None else said[len(said) - min(history, len(said)) :]
    return made | ({"history": said} if said else {})


def context_id(record: Negotiation) -> str:
    """The conversation it is part of; one that was opened outside of any is its own."""
    return record.context_id or record.id


def stamp(moment: datetime) -> str:
    """UTC to the millisecond, as A2A has it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _status(record: Negotiation) -> dict[str, Any]:
    words = _WORDS[record.state] if record.reason is None else _reasoned(record)
    approval = record.approval.model_dump(mode="json") if record.approval else None
    facts = {"state": record.state.value, "reason": record.reason, "approval": approval}
    name = f"{record.id}-{record.round}-{record.state}"
    message = _message(record, name, [{"text": words}, _data(facts)])
    return {
        "state": STATES[record.state],
        "message": message,
        "timestamp": stamp(record.updated_at),
    }


def _reasoned(record: Negotiation) -> str:
    return f"{_WORDS[record.state].rstrip('.')}: {record.reason}."


def _artifact(record: Negotiation) -> dict[str, Any]:
    """Typed by its name and by the member `type`: 0.3 has no media types of parts."""
    kind = TYPES[record.state]
    told = {"type": kind, **record.model_dump(mode="json", exclude=_NOT_TOLD)}
    words: Sequence[dict[str, Any]] = [{"text": record.deal.words}] if record.deal else []
    return {
        "artifactId": f"{record.id}-{record.round}-{kind}",
        "name": kind,
        "parts": [_data(told), *words],
    }


def _history(record: Negotiation) -> list[dict[str, Any]]:
    """What each side brought. What was asked is not kept with the record."""
    return [
        _message(
            record,
            f"{record.id}-position-{place}",
            [{"text": position.rationale}, _data(position.model_dump(mode="json"))],
        )
        for place, position in enumerate(record.positions)
    ]


def _message(record: Negotiation, name: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "messageId": name,
        "contextId": context_id(record),
        "taskId": record.id,
        "role": "ROLE_AGENT",
        "parts": parts,
    }


def _data(value: dict[str, Any]) -> dict[str, Any]:
    return {"data": value, "mediaType": JSON}
