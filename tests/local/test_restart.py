"""The local cloud is stopped and started while people decide: it ends, and everybody can see it."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.cloud import Deployed, run
from tests.local.deals import Deals, fresh
from tests.local.workflows import until


@pytest.fixture
def deals(deployed: Deployed) -> Deals:
    return Deals(deployed)


def test_a_question_that_outlives_its_workflow_is_closed(deals: Deals) -> None:
    told = deals.waiting(fresh())
    deals.until_asked(told)
    ana = deals.key("T0LOCAL/U0ANA")
    run("down")
    run("up")
    # A restart ends every execution, and tells nobody: two clocks find what hung on this one.
    path = "/api/v2/approvals"

    def closed() -> bool:
        deals.tick("approve")
        listed = deals.deployed.http.get(path, headers=ana).json()["approvals"]
        (question,) = (one for one in listed if one["id"] == told["approval"]["id"])
        return bool(question["state"] == "abandoned")

    until(closed, "a closed question")
    late = deals.answer(told, "approve")
    assert (late.status_code, late.json()["shown"]) == (409, "abandoned")
    deals.edit(told["id"], updated_at=(datetime.now(UTC) - timedelta(hours=1)).isoformat())
    deals.tick("negotiate")
    end = deals.until(told["id"], "failed")
    assert (end["reason"], end["applied_at"]) == ("interrupted", None)
    again = deals.waiting(fresh())
    assert deals.answer(again, "approve").status_code == 200
    deals.until(again["id"], "agreed")
