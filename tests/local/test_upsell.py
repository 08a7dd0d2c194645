"""On the deployed app: an offer and its outcome, fifty who learn at once, and how long it takes."""

import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from infra_cdk.constructs.layer import policy as policy_file
from labverse.adapters.dynamodb_offers import DynamoOffers
from labverse.kernel.errors import NotFound
from labverse.upsell.config import UpsellPolicy
from labverse.upsell.models import OutcomeRequest, UpsellRequest
from labverse.upsell.policy import Policy
from labverse.upsell.ports import Means
from labverse.upsell.service import Upsell
from tests.cloud import Deployed
from tests.unit.upsell.fakes import MemoryBus

AT_ONCE = 50
REQUEST: dict[str, Any] = {
    "user_segment": "power",
    "offer_type": "annual_30pct_off",
    "context": {"usage_percentile": 95, "engagement_score": 0.87, "churn_risk": 0.12},
}


def post(deployed: Deployed, name: str, body: dict[str, Any]) -> Any:
    return deployed.http.post(f"/api/v2/a2b/{name}", json=body, headers=deployed.key)


def test_an_offer_its_outcome_and_its_erasure(deployed: Deployed) -> None:
    customer = f"c-{uuid.uuid4().hex}"
    answer = post(deployed, "upsell", {**REQUEST, "customer_id": customer})
    assert answer.status_code == 200, answer.text
    body = {"decision_id": answer.json()["decision_id"], "accepted": True}
    first, again = (post(deployed, "outcomes", body).json() for _ in range(2))
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert again["model_version"] == first["model_version"]
    assert post(deployed, "outcomes", {**body, "accepted": False}).status_code == 409
    path = f"/api/v2/a2b/customers/{customer}"
    gone = deployed.http.delete(path, headers=deployed.key)
    assert gone.json() == {"erased": 1, "complete": True}
    assert post(deployed, "outcomes", body).status_code == 404


class Clock:
    """The machine's, for adapters that a test runs in its own process."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        return datetime.now(UTC).timestamp()


@pytest.fixture
def upsell(deployed: Deployed) -> Any:
    """The use cases in this process, over tables of this test's own on the local cloud."""
    config = UpsellPolicy.model_validate_json(policy_file("upsell"))
    with (
        deployed.table_like("labverse-local-decisions") as decisions,
        deployed.table_like("labverse-local-segments") as segments,
    ):
        store = DynamoOffers(decisions, segments, deployed.client("dynamodb"))
        means = Means(
            store=store,
            bus=MemoryBus(),
            clock=Clock(),
            new_id=lambda: uuid.uuid4().hex,
            generator=np.random.default_rng,
            pause=time.sleep,
        )
        yield Upsell(config, means), store


def test_fifty_who_learn_at_once_lose_nothing(upsell: Any) -> None:
    use, store = upsell
    request = UpsellRequest.model_validate(REQUEST)
    ids = [use.decide(request, "t").decision_id for _ in range(AT_ONCE)]
    outcomes = [OutcomeRequest(decision_id=id_, accepted=n % 2 == 0) for n, id_ in enumerate(ids)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda outcome: use.record(outcome, "t"), outcomes))
    # Each one is a step of its own: no version was learnt twice, and none is missing.
    assert Counter(answer.model_version for answer in answers) == Counter(
        f"power/{n + 1}" for n in range(AT_ONCE)
    )
    learnt = store.learnt("power", exact=True)
    state = Policy.from_bytes(learnt.state or b"").state
    assert (learnt.version, state.version) == (AT_ONCE, AT_ONCE)
    # Apprentices' decisions teach too; only the holdout's would not, and nobody has an id here.
    assert sum(belief.learned for belief in state.beliefs.values()) == AT_ONCE


def test_ten_who_tell_the_same_outcome_are_one(upsell: Any) -> None:
    use, store = upsell
    decided = use.decide(UpsellRequest.model_validate(REQUEST), "t").decision_id
    outcome = OutcomeRequest(decision_id=decided, accepted=True)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: use.record(outcome, "t"), range(10)))
    assert [answer.repeated for answer in answers].count(False) == 1
    assert store.learnt("power", exact=True).version == 1


def test_what_is_erased_while_its_outcome_is_told_stays_erased(upsell: Any) -> None:
    use, store = upsell
    request = UpsellRequest.model_validate({**REQUEST, "customer_id": "c-1"})
    decided = use.decide(request, "t").decision_id
    kept = store.decision(decided)
    use.erase("c-1")
    with pytest.raises(NotFound):
        use.record(OutcomeRequest(decision_id=decided, accepted=True), "t")
    assert kept is not None
    assert store.decision(decided) is None
