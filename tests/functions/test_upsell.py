"""functions/upsell through its front door: decisions, outcomes, erasure, and any context at all."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labverse.adapters import aws
from labverse.platform.keys import mint
from tests.functions.conftest import CONTEXT, ENVIRONMENT, Cloud
from tests.functions.test_fuzz import JSON_VALUES
from tests.functions.watch import Watch
from tests.infra.assembly import Assembly
from tests.infra.grants import missing_grants
from tests.unit.platform.fakes import PEPPERS
from tests.unit.upsell.offer_tables import OfferTables

Call = Callable[..., tuple[int, Any]]
OURS = (ENVIRONMENT["DECISIONS_TABLE"], ENVIRONMENT["SEGMENTS_TABLE"])
REQUEST: dict[str, Any] = {
    "user_segment": "power",
    "offer_type": "annual_30pct_off",
    "context": {"usage_percentile": 95, "engagement_score": 0.87, "churn_risk": 0.12},
}


class OfferCloud(Cloud):
    """The same world with upsell's tables, and a key that may use them."""

    def __init__(self) -> None:
        super().__init__()
        self.offers = OfferTables()
        self.key, record = mint("upsell", frozenset({"upsell"}), datetime.now(UTC))
        self.records[record.key_id] = record.sealed(PEPPERS)
        self.transact_write_items = self.offers.transact_write_items
        self.put_item = self._either(self.put_item, self.offers.put_item)
        self.query = self._either(self.query, self.offers.query)
        self.batch_write_item = self.offers.batch_write_item

    def get_item(self, *, Key: dict[str, Any], **asked: Any) -> dict[str, Any]:  # noqa: N803
        if asked["TableName"] in OURS:
            return self.offers.get_item(Key=Key, **asked)
        return super().get_item(Key=Key, **asked)

    def _either(self, theirs: Any, ours: Any) -> Any:
        return lambda **asked: (ours if asked["TableName"] in OURS else theirs)(**asked)


@pytest.fixture
def offers(cloud: Cloud, local: Assembly, monkeypatch: pytest.MonkeyPatch) -> Any:
    made = OfferCloud()
    watch = Watch(lambda _service: made, ENVIRONMENT)
    monkeypatch.setattr(aws, "client", watch.client)
    yield made
    missing = missing_grants(local, watch.calls)
    assert not missing, "\n".join(missing)


@pytest.fixture
def call(offers: OfferCloud, event: Callable[[str], Any], fresh: Callable[[Any], Any]) -> Call:
    from functions.upsell import handler

    module = fresh(handler)

    def send(fixture: str, body: Any = None, path: str | None = None, **headers: str) -> Any:
        asked = event(f"upsell/{fixture}")
        asked["headers"] |= {"x-api-key": offers.key, **headers}
        if body is not None:
            asked["body"] = body if isinstance(body, str) else json.dumps(body)
        if path is not None:
            asked["rawPath"] = asked["requestContext"]["http"]["path"] = path
        answer = module.http(asked, CONTEXT)
        return answer["statusCode"], json.loads(answer["body"])

    return send


def test_the_contracts_request_is_answered_and_announced(call: Call, offers: OfferCloud) -> None:
    status, answer = call("http")
    assert status == 200
    assert answer.keys() >= {
        "decision_id", "recommended_offer", "expected_ltv_increase", "confidence",
        "decision_time_ms", "propensity", "model_version",
    }  # fmt: skip
    assert answer["stated"] == "considered"
    (told,) = offers.events
    assert (told["Source"], told["DetailType"]) == ("labverse.upsell", "OfferDecided")
    assert json.loads(told["Detail"])["decision_id"] == answer["decision_id"]


def test_an_outcome_is_learnt_once_and_contradicted_never(call: Call) -> None:
    body = {"decision_id": call("http")[1]["decision_id"], "accepted": True}
    first, again = call("outcome", body), call("outcome", body)
    assert (first[0], first[1]["repeated"], first[1]["model_version"]) == (200, False, "power/1")
    assert (again[0], again[1]["repeated"], again[1]["model_version"]) == (200, True, "power/1")
    status, problem = call("outcome", {**body, "accepted": False})
    assert (status, problem["type"]) == (409, "urn:labverse:problem:conflict")
    assert call("outcome")[0] == 404
    assert call("http")[1]["model_version"] == "power/1"


def test_a_customer_is_erased(call: Call, offers: OfferCloud) -> None:
    ids = [call("http", {**REQUEST, "customer_id": "c-1"})[1]["decision_id"] for _ in range(3)]
    assert "c-1" not in json.dumps([*offers.offers.items.values(), *offers.events])
    gone = call("erase", path="/api/v2/a2b/customers/c-1")
    assert gone == (200, {"erased": 3, "complete": True})
    assert offers.offers.items == {}
    assert call("outcome", {"decision_id": ids[0], "accepted": True})[0] == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**REQUEST, "context": {"usage_percentile": 101}}, "context.usage_percentile"),
        ({**REQUEST, "context": {"churn_risk": "NaN"}}, "context.churn_risk"),
        ({**REQUEST, "context": {"age": 3}}, "context.age"),
        ({**REQUEST, "customer_id": "ana@example.com"}, "customer_id"),
        ({"context": {}}, "user_segment"),
    ],
)
def test_what_cannot_be_used_is_named(body: Any, field: str, call: Call) -> None:
    status, problem = call("http", body)
    assert status == 422
    assert [error["field"] for error in problem["errors"]] == [field]


def test_numbers_that_json_does_not_have_are_refused(call: Call) -> None:
    text = json.dumps({**REQUEST, "context": {"churn_risk": float("nan")}})
    assert call("http", text)[0] == 422


def test_a_table_that_is_down_is_503_and_nothing_is_announced(
    call: Call, offers: OfferCloud
) -> None:
    offers.offers.down = True
    assert call("http")[0] == 503
    assert offers.events == []


NUMBER = st.floats() | st.integers(-(10**30), 10**30) | st.text(max_size=6) | st.none()
CONTEXTS = st.fixed_dictionaries(
    {},
    optional={
        "usage_percentile": st.floats(-5, 105) | NUMBER,
        "engagement_score": st.floats(-0.1, 1.1) | NUMBER,
        "churn_risk": st.floats(-0.1, 1.1) | NUMBER,
    },
)
REQUESTS = st.fixed_dictionaries(
    {"user_segment": st.sampled_from(["power", "new", "dormant"]) | st.text(max_size=70)},
    optional={
        "offer_type": st.sampled_from(["annual_30pct_off", "no_offer"]) | st.text(max_size=70),
        "context": CONTEXTS | JSON_VALUES,
        "customer_id": st.from_regex(r"[a-z]{1,9}", fullmatch=True) | st.text(max_size=9),
    },
)


def test_any_context_has_a_defined_answer(call: Call) -> None:
    seen: Counter[int] = Counter()

    @settings(max_examples=600, deadline=None)
    @given(REQUESTS, st.booleans(), JSON_VALUES)
    def ask(body: dict[str, Any], accepted: bool, value: Any) -> None:
        status, answer = call("http", body)
        seen[status] += 1
        assert status in (200, 422), answer
        if status == 422:
            assert answer["errors"]
            return
        assert 0 < answer["propensity"] <= 1
        assert 0 <= answer["confidence"] <= 1
        told = {"decision_id": answer["decision_id"], "accepted": accepted, "value_usd": value}
        assert call("outcome", told)[0] in (200, 422)
        plain = {"decision_id": answer["decision_id"], "accepted": accepted}
        assert call("outcome", plain)[0] in (200, 409)

    ask()
    assert seen.keys() == {200, 422}, f"the generator lost its reach: {seen}"
