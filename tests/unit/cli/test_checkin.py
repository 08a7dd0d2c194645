"""`kimi checkin`: one screen for a person, the same and what waits for him as JSON."""

import json
from typing import Any

import pytest

from tests.unit.cli.fake import Fake
from tests.unit.revenue.rows import Rows, company
from tests.unit.revenue.test_checking import checked, steady

ROUTE, OPEN = "GET /api/v2/revenue/checkin", "GET /api/v2/approvals?state=requested"
WAITS = {"id": "deal-1", "title": "Deal \u202e?", "state": "requested"}


@pytest.fixture
def told(fake: Fake) -> Any:
    rows = steady(churn=400)
    rows.of |= {name: company(40).of[name] for name in ("spend", "channel")}
    found = json.loads(checked(rows).model_dump_json())
    fake.replies[ROUTE] = (200, found)
    return found


def test_everything_is_on_one_screen(fake: Fake, kimi: Any, told: Any) -> None:
    done = kimi("checkin")
    assert done.exit_code == 0, done.output
    for text in ("101 customers", "30 days", "paid", "affiliate", "together", "quick ratio",
                 "Find out what happened", "kimi revenue --target-mrr"):  # fmt: skip
        assert text in done.stdout, text
    assert "lost 400.00" in done.stderr
    assert "a person's key" in done.stderr
    assert len((done.stdout + done.stderr).splitlines()) <= 24


def test_what_waits_for_a_person_is_shown_to_him(
    fake: Fake, kimi: Any, told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABVERSE_API_KEY", "lv_of_ana")
    fake.replies[OPEN] = (200, {"approvals": [WAITS]})
    assert "Deal ? (kimi approve yes deal-1)" in kimi("checkin").stdout
    assert json.loads(kimi("checkin", "--json").stdout) == {**told, "approvals": [WAITS]}


def test_whose_key_may_not_see_them_sees_the_rest(
    fake: Fake, kimi: Any, told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABVERSE_API_KEY", "lv_a_b")
    fake.replies[OPEN] = (403, {"status": 403, "title": "Forbidden"})
    done = kimi("checkin", "--json")
    assert (done.exit_code, json.loads(done.stdout)["approvals"]) == (0, None)


def test_an_empty_ledger(fake: Fake, kimi: Any) -> None:
    fake.replies[ROUTE] = (200, json.loads(checked(Rows()).model_dump_json()))
    done = kimi("checkin")
    assert (done.exit_code, "kimi revenue import FILE" in done.stdout) == (0, True)
