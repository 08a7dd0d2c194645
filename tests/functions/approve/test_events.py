"""functions/approve as what a clock and events wake: nothing is left undone."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.functions.conftest import CONTEXT
from tests.functions.office import BEN, Office, said

Event = Callable[[str], Any]


def test_a_tick_finishes_what_a_crash_left(
    approve: Any, event: Event, office: Office, http: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve.task(event("approve/ask"), CONTEXT)
    with monkeypatch.context() as patch:
        patch.setattr(office.workflows, "send_task_success", _killed)
        with pytest.raises(KeyboardInterrupt):
            http(office.key(BEN), said("approve"))
    item = office.table.items["deal-1"]
    assert (item["todo"], item["delivered"]) == ({"S": "open"}, {"BOOL": False})
    record = json.loads(item["record"]["S"])
    long_ago = {**record, "decided_at": record["requested_at"].replace("2026", "2025")}
    office.table.items["deal-1"] = {**item, "record": {"S": json.dumps(long_ago)}}
    approve.event(event("approve/tick"), CONTEXT)
    (verdict,) = office.workflows.taken.values()
    assert verdict["decided_by"] == BEN
    assert office.table.items["deal-1"]["delivered"] == {"BOOL": True}
    assert office.cloud.letters == []


def _killed(**_: Any) -> Any:
    raise KeyboardInterrupt


def test_events_correct_messages_and_close_what_nobody_waits_for(
    approve: Any, event: Event, office: Office
) -> None:
    approve.task(event("approve/ask"), CONTEXT)
    running = event("approve/ended")
    approve.event({**running, "detail": {**running["detail"], "status": "RUNNING"}}, CONTEXT)
    assert office.events("ApprovalDecided") == []
    for _ in range(2):
        approve.event(event("approve/ended"), CONTEXT)
    (told,) = office.events("ApprovalDecided")
    assert (told["approved"], told["reason"]) == (False, "abandoned")
    approve.event(event("approve/decided"), CONTEXT)
    assert "todo" not in office.table.items["deal-1"]
    assert office.cloud.letters == []


def test_an_event_of_another_kind_is_kept(approve: Any, event: Event, office: Office) -> None:
    approve.event({**event("approve/tick"), "detail-type": "SomethingElse"}, CONTEXT)
    (letter,) = office.cloud.letters
    assert json.loads(letter["MessageBody"])["consumer"] == "labverse-dev-approve-event"
