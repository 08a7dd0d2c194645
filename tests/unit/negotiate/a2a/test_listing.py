"""Pages show every task once, the last changed first, however many are on one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labverse.negotiate.a2a import listing, tasks
from labverse.negotiate.a2a.faults import Fault
from labverse.negotiate.a2a.wire import ListParams
from labverse.negotiate.models import Negotiation
from labverse.negotiate.states import Mode, State

START = datetime(2026, 1, 1, tzinfo=UTC)


def record(number: int, minute: int, state: State, context: str | None) -> Negotiation:
    return Negotiation(
        id=f"n-{number}",
        mode=Mode.SINGLE,
        state=state,
        goal="g",
        platforms=("a", "b"),
        requester="key:mine",
        created_at=START,
        updated_at=START + timedelta(minutes=minute),
        context_id=context,
    )


RECORDS = st.lists(
    st.tuples(
        # Few moments, so that many change in the same one.
        st.integers(0, 3),
        st.sampled_from([State.WORKING, State.WAITING]),
        st.sampled_from([None, "talk"]),
    ),
    max_size=12,
).map(lambda rows: [record(number, *row) for number, row in enumerate(rows)])


@settings(deadline=None)
@given(RECORDS, st.integers(1, 5), st.sampled_from([None, "talk"]), st.integers(-1, 3))
def test_every_match_is_on_one_page(
    records: list[Negotiation], size: int, context: str | None, minute: int
) -> None:
    since = START + timedelta(minutes=minute)
    asked = ListParams(page_size=size, context_id=context, status_timestamp_after=since)
    seen: list[str] = []
    while True:
        page = listing.page(records, asked)
        assert len(page["tasks"]) <= size
        seen += [one["id"] for one in page["tasks"]]
        if not page["nextPageToken"]:
            break
        asked = asked.model_copy(update={"page_token": page["nextPageToken"]})
    matching = [
        one
        for one in records
        if one.updated_at > since and context in (None, tasks.context_id(one))
    ]
    assert sorted(seen) == sorted(one.id for one in matching)
    assert page["totalSize"] == len(matching)
    moments = {one.id: one.updated_at for one in records}
    assert [moments[one] for one in seen] == sorted((moments[one] for one in seen), reverse=True)


def test_a_state_can_be_asked_for() -> None:
    records = [record(1, 0, State.WORKING, None), record(2, 0, State.WAITING, None)]
    page = listing.page(records, ListParams(status="TASK_STATE_INPUT_REQUIRED"))
    assert [one["id"] for one in page["tasks"]] == ["n-2"]


def test_artifacts_only_where_they_are_asked_for() -> None:
    waiting = [record(1, 0, State.WAITING, None)]
    assert "artifacts" not in listing.page(waiting, ListParams())["tasks"][0]
    assert listing.page(waiting, ListParams(include_artifacts=True))["tasks"][0]["artifacts"]


@pytest.mark.parametrize("token", ["x", "é", "bm90aGluZw==", "MjAyNi0wMS0wMVQwMDowMDowMCBuLTE="])
def test_a_token_that_was_not_given_is_refused(token: str) -> None:
    """The last is a place at a moment of no time zone."""
    with pytest.raises(Fault, match="pageToken"):
        listing.page([], ListParams(page_token=token))
