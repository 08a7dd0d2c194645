"""Revenue's handlers: events in, counted by the stream, told by the figures, and forgotten."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from functions.revenue import handler
from tests.functions.company import NEW, SHARED, Company, Event
from tests.functions.conftest import CONTEXT, Cloud


@pytest.fixture
def company(
    cloud: Cloud, event: Event, fresh: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> Company:
    made = Company(cloud, event, fresh(handler))

    def shared(name: str) -> Callable[..., Any]:
        before = getattr(cloud, name, None)

        def call(**asked: Any) -> Any:
            named = json.dumps(asked, default=str)
            where = made.table if "labverse-dev-revenue" in named else None
            chosen = getattr(where, name) if where else before
            assert chosen is not None
            return chosen(**asked)

        return call

    for name in SHARED:
        monkeypatch.setattr(cloud, name, shared(name), raising=False)
    return made


def test_from_a_batch_to_the_figures(company: Company) -> None:
    status, receipt = company.send(
        NEW, NEW, {**NEW, "id": "2", "amount": -1}, 7, {**NEW, "id": "3", "currency": "XYZ"}
    )
    assert status == 200
    assert (receipt["accepted"], receipt["duplicate"]) == (1, 1)
    told = [(one["index"], one["field"]) for one in receipt["rejected"]]
    assert told == [(2, "amount"), (3, "kind"), (4, "currency")]
    company.deliver()
    company.deliver()
    found = company.mrr(by="plan", **{"from": "2026-11-01", "to": "2026-11-02"})
    worth = (Decimal("49.99") * Decimal("1.0389")).quantize(Decimal("0.000001"))
    assert [day["mrr"] for day in found["days"]] == [0, worth]
    assert found["groups"]["pro"][1]["customers"] == 1
    (entry,) = company.cloud.events
    assert entry["DetailType"] == "MrrChanged"
    assert "ana" not in entry["Detail"]


def test_amounts_are_exact_to_the_last_digit(company: Company) -> None:
    """As a double, 0.1 + 0.2 is not 0.3, and a 16th digit is gone without a word."""
    text = json.dumps({"events": [{**NEW, "amount": "@", "currency": "USD"}]})
    status, receipt = company.ask(
        "POST", "/api/v2/revenue/events", text.replace('"@"', "0.30000000000000001")
    )
    assert (status, receipt["rejected"][0]["field"]) == (200, "amount")
    exact = text.replace('"@"', "123456789.123456")
    assert company.ask("POST", "/api/v2/revenue/events", exact)[1]["accepted"] == 1
    company.deliver()
    assert company.mrr(to="2026-11-02")["days"][-1]["mrr"] == Decimal("123456789.123456")


def test_who_is_forgotten_is_named_nowhere_and_still_counts(company: Company) -> None:
    company.send(NEW)
    company.deliver()
    before = company.mrr()["days"]
    assert "ana@example.com" in str(company.table.items)
    path, named = "/api/v2/revenue/customers", {"customer_id": "ana@example.com"}
    assert company.ask("DELETE", path, **named) == (200, {"erased": True})
    assert "ana" not in str(company.table.items)
    assert company.mrr()["days"] == before
    assert company.ask("DELETE", path, **named)[1] == {"erased": False}
    assert company.send(NEW)[1]["rejected"][0]["field"] == "id"
    company.send({**NEW, "id": "2", "customer": "cus_7"})
    assert company.ask("DELETE", f"{path}/cus_7") == (200, {"erased": True})


def test_every_event_is_exported_once_and_names_nobody(company: Company) -> None:
    given = [{**NEW, "id": str(number), "customer": f"{number}@x.org"} for number in range(7)]
    company.send(*given, {"id": "r", "kind": "reversal", "reverses": "0"})
    company.deliver()
    found: list[Any] = []
    after: dict[str, str] = {}
    while True:
        status, told = company.ask("GET", "/api/v2/revenue/events", **after)
        assert status == 200
        found += told["events"]
        if told["next"] is None:
            break
        assert "x.org" not in told["next"]
        after = {"after": told["next"]}
    assert sorted(one["id"] for one in found) == [*map(str, range(7)), "r"]
    assert "x.org" not in str(found)
    assert len({one["customer"] for one in found if "customer" in one}) == 7
    assert {one["amount"] for one in found if "amount" in one} == {"49.99"}


def test_attribution_by_every_method(company: Company) -> None:
    touch = {
        "kind": "touchpoint", "customer": "ana@example.com", "effective_at": "2026-11-01T00:00:00Z",
    }  # fmt: skip
    company.send(NEW, {**touch, "id": "t1", "channel": "mail"}, {**NEW, "id": "b", "customer": "b"})
    company.deliver()
    for method in ("first", "last", "linear", "markov", "shapley"):
        told = company.ask("GET", "/api/v2/revenue/attribution", method=method)[1]
        assert (told["total"], sum(told["conversions"].values())) == (2, 2)
    assert company.ask("GET", "/api/v2/revenue/attribution", method="luck")[0] == 422


def test_spend_is_counted_once_beside_mrr_and_can_be_taken_back(company: Company) -> None:
    spend = {"kind": "spend", "channel": "ads", "effective_at": "2026-11-01T09:00:00Z"}
    first = {**spend, "id": "s1", "amount": "10.50"}
    status, receipt = company.send(
        first, first, {**spend, "id": "s2", "amount": 1}, {**spend, "id": "s3", "amount": -1},
        {**spend, "id": "s4", "amount": 1, "currency": "XYZ"},
        {"id": "s5", "kind": "reversal", "reverses": "s2"},
    )  # fmt: skip
    assert (status, receipt["accepted"], receipt["duplicate"]) == (200, 3, 1)
    assert [one["field"] for one in receipt["rejected"]] == ["amount", "currency"]
    company.deliver()
    company.deliver()
    row = company.table.items["days#spend", "ads#2026-11-01"]
    assert row["USD#spend"] == {"N": "10500000"}
    assert (company.mrr()["days"], company.cloud.events) == ([], [])


def test_the_check_in_is_one_answer(company: Company) -> None:
    company.send({**NEW, "effective_at": "2025-11-02T10:00:00Z"})
    company.deliver()
    status, told = company.ask("GET", "/api/v2/revenue/checkin")
    assert (status, told["today"]["customers"], told["last_day"]) == (200, 1, "2025-11-02")
    assert told["next_actions"][0]["command"] == "kimi revenue import FILE"


def test_advice_says_what_is_missing_for_it(company: Company) -> None:
    day = {"effective_at": "2025-11-02T10:00:00Z"}
    spend = {"id": "s", "kind": "spend", "channel": "ads", "amount": 10, **day}
    company.send({**NEW, **day}, spend)
    company.deliver()
    goal = {"target_mrr": 100000, "channels": ["ads", "organic"], "optimization_type": "spend"}
    status, told = company.ask("POST", "/api/v1/revenue/optimize", goal)
    assert (status, told["status"], told["binding"]) == (200, "too_thin", "data")
    periods = {one["channel"]: one["have"] for one in told["missing"] if one["what"] == "periods"}
    assert periods == {"ads": 1, "organic": 0}
    assert float(told["outlook"]["mrr"]) == pytest.approx(49.99 * 1.0389)
    wrong: list[dict[str, Any]] = [
        {"target_mrr": 0}, {"channels": []}, {"optimization_type": "luck"}, {"days": 1},
    ]  # fmt: skip
    for bad in wrong:
        assert company.ask("POST", "/api/v1/revenue/optimize", {**goal, **bad})[0] == 422


def test_poison_is_buried_alone_and_counts_once_it_is_mended(company: Company) -> None:
    company.send(NEW, {**NEW, "id": "2", "customer": "b", "plan": "basic"})
    good, bad = [one for one in company.table.inserted if one["sk"]["S"] == "event"]
    mended = dict(bad)
    company.table.items["event#2", "event"] = bad = {**bad, "record": {"S": "no JSON"}}
    company.deliver(bad, good)
    (letter,) = company.letters()
    assert letter["consumer"] == "labverse-dev-revenue-stream"
    assert company.mrr()["days"][-1]["customers"] == 1
    _, told = company.ask("GET", "/api/v2/revenue/events", after="1")
    assert (told["events"], told["unreadable"]) == ([], ["2"])
    company.table.items["event#2", "event"] = mended
    company.module.stream(letter["event"], CONTEXT)
    assert company.mrr()["days"][-1]["customers"] == 2
    assert len(company.letters()) == 1


def test_days_that_there_are_not(company: Company) -> None:
    asked = {"from": "2026-11-02", "to": "2026-11-01"}
    assert company.ask("GET", "/api/v2/revenue/mrr", **asked)[0] == 422
    assert company.ask("GET", "/api/v2/revenue/mrr", by="customer")[0] == 422
    assert company.mrr()["days"] == []
    assert company.send(*[NEW] * 501)[0] == 422
    assert company.ask("POST", "/api/v2/revenue/events", [NEW])[0] == 422
