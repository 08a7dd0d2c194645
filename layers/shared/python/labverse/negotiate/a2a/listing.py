"""Pages of tasks, the last changed first. A page begins after the last task of the one before."""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from labverse.negotiate.a2a import tasks
from labverse.negotiate.a2a.faults import invalid
from labverse.negotiate.a2a.wire import ListParams
from labverse.negotiate.models import Negotiation


class _Place(NamedTuple):
    """Where a task is in the list; no two are at the same."""

    changed: datetime
    id: str


def page(records: Sequence[Negotiation], asked: ListParams) -> dict[str, Any]:
    """The result of ListTasks. Raises Fault for a page token that is none of ours."""
    matching = sorted((one for one in records if _matches(one, asked)), key=_place, reverse=True)
    after = _read(asked.page_token) if asked.page_token else None
    rest = [one for one in matching if after is None or _place(one) < after]
    shown = rest[: asked.page_size]
    return {
        "tasks": [
            tasks.task(one, asked.history_length, artifacts=asked.include_artifacts)
            for one in shown
        ],
        "nextPageToken": _token(shown[-1]) if len(rest) > len(shown) else "",
        "pageSize": asked.page_size,
        "totalSize": len(matching),
    }


def _matches(record: Negotiation, asked: ListParams) -> bool:
    since = asked.status_timestamp_after
    return (
        asked.context_id in (None, tasks.context_id(record))
        and asked.status in ("TASK_STATE_UNSPECIFIED", tasks.STATES[record.state])
        and (since is None or record.updated_at > since)
    )


def _place(record: Negotiation) -> _Place:
    return _Place(record.updated_at, record.id)


def _token(record: Negotiation) -> str:
    text = f"{record.updated_at.isoformat()} {record.id}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def _read(token: str) -> _Place:
    try:
        raw = base64.b64decode(token.encode(), altchars=b"-_", validate=True)
        changed, _, task_id = raw.decode().partition(" ")
        moment = datetime.fromisoformat(changed)
    except ValueError:
        moment, task_id = None, ""
    if moment is None or moment.tzinfo is None or not task_id:
        raise invalid("pageToken", "is not one that was given here")
    return _Place(moment, task_id)
