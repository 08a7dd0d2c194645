"""functions/approve as the state of a workflow that asks people."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from labverse.kernel.errors import Conflict, InvalidInput, Refused
from tests.functions import office as offices
from tests.functions.conftest import CONTEXT, Cloud
from tests.functions.office import Office
from tests.infra.assembly import Assembly

Event = Callable[[str], Any]


@pytest.fixture
def office(cloud: Cloud, local: Assembly, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    with offices.opened(cloud, local, monkeypatch) as made:
        yield made


@pytest.fixture
def approve(office: Office, fresh: Callable[[Any], Any]) -> Any:
    from functions.approve import handler

    assert office.table.items == {}
    return fresh(handler)


def test_a_state_asks_once(approve: Any, event: Event, office: Office) -> None:
    for _ in range(2):
        asked = approve.task(event("approve/ask"), CONTEXT)
        assert (asked["approval_id"], asked["state"]) == ("deal-1", "requested")
    assert list(office.table.items) == ["deal-1"]
    first, again = office.events("ApprovalRequested")
    assert first == again, "whoever hears of it twice can tell"
    assert office.workflows.calls == 0
    kept = str(office.table.items) + str(office.cloud.events)
    assert event("approve/ask")["token"] not in kept


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"token": ""}, "token"),
        ({"token": None}, "token"),
        ({"execution": "negotiate"}, "execution"),
        ({"trace_id": None}, "trace_id"),
        ({"request": {"id": "deal 1"}}, "id"),
        ({"more": 1}, "more"),
    ],
)
def test_a_state_that_asks_wrongly_is_told_so_and_its_token_is_not_quoted(
    approve: Any, event: Event, change: dict[str, Any], field: str
) -> None:
    asked = event("approve/ask")
    with pytest.raises(InvalidInput, match=field) as told:
        approve.task({**asked, **change}, CONTEXT)
    assert asked["token"] not in str(told.value)


def test_errors_reach_the_workflow_by_their_class(approve: Any, event: Event) -> None:
    asked = event("approve/ask")
    approve.task(asked, CONTEXT)
    other = {**asked, "request": {**asked["request"], "title": "Another"}}
    with pytest.raises(Conflict):
        approve.task(other, CONTEXT)


def test_with_nobody_to_approve_it_is_refused(
    approve: Any, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    offices.approving(monkeypatch, [])
    with pytest.raises(Refused, match="approvers"):
        approve.task(event("approve/ask"), CONTEXT)
