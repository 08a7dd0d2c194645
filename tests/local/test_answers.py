"""On the deployed app: twenty of one write at once are one, and a kept answer costs nothing."""

import json
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from labverse.adapters import doors
from labverse.platform.keys import mint
from tests.cloud import Deployed
from tests.local.test_traces import until

SECRET = "labverse/local/provider-keys"
QUESTION = "What is the capital of France?"
AT_ONCE = 20


class Caller:
    """One API key of its own, whose money can be told from everybody else's."""

    def __init__(self, deployed: Deployed) -> None:
        clients = deployed.client("dynamodb"), deployed.client("secretsmanager")
        key, record = mint("answers", frozenset({"route"}), datetime.now(UTC))
        doors.registry("local", deployed.facts["keys_table"], *clients).create(record)
        self.http, self.key, self.key_id = deployed.http, {"x-api-key": key}, record.key_id

    def ask(self, once: str | None = None, **more: Any) -> httpx.Response:
        headers = self.key | ({"idempotency-key": once} if once else {})
        body = {"text": QUESTION, **more}
        return self.http.post("/api/v1/analyze", json=body, headers=headers)

    def burst(self, once: str | None = None, **more: Any) -> list[httpx.Response]:
        """The same request, AT_ONCE times at once."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda _: self.ask(once, **more), range(AT_ONCE)))

    def spent(self) -> float:
        told = self.http.get("/api/v1/spend", headers=self.key).json()
        return float(told["by_key"].get(self.key_id, 0))


@pytest.fixture
def caller(deployed: Deployed) -> Caller:
    return Caller(deployed)


@pytest.fixture
def paid(deployed: Deployed, caller: Caller) -> Iterator[None]:
    """Stand-ins for providers answer, and are paid; afterwards no function knows their keys."""
    secrets, faults = deployed.client("secretsmanager"), f"{deployed.facts['faults_url']}/_faults"
    before = secrets.get_secret_value(SecretId=SECRET)["SecretString"]
    secrets.put_secret_value(SecretId=SECRET, SecretString=json.dumps({"openai": "x"}))
    until(lambda: _all(caller.burst(), "openai"), "the stand-in's key")
    yield
    secrets.put_secret_value(SecretId=SECRET, SecretString=before)
    httpx.post(faults, json={"provider": "*", "fault": "401"}, trust_env=False)
    short: dict[str, Any] = {
        "max_output_tokens": 1
    }  # twenty at once of a real model, on a machine that is busy
    until(lambda: _all(caller.burst(**short), "ollama"), "the absence of the stand-in's key")
    httpx.delete(faults, trust_env=False)


def _all(answers: list[httpx.Response], provider: str) -> bool:
    return all(
        answer.json().get("provider") == provider and len(answer.json()["attempts"]) == 1
        for answer in answers
    )


@pytest.mark.usefixtures("paid")
def test_twenty_of_the_same_write_at_once_are_charged_once(caller: Caller) -> None:
    before, once = caller.spent(), uuid.uuid4().hex
    answers = caller.burst(once)
    seen = Counter(answer.status_code for answer in answers)
    good = [answer for answer in answers if answer.status_code == 200]
    first = [answer for answer in good if "idempotency-replayed" not in answer.headers]
    print(f"{dict(seen)}, {len(good) - len(first)} replayed")
    assert len(first) == 1
    assert seen.keys() <= {200, 409}
    assert {answer.text for answer in good} == {first[0].text}
    for answer in answers:
        if answer.status_code == 409:
            assert (answer.json()["state"], answer.headers["retry-after"]) == ("running", "1")
    cost = first[0].json()["cost_usd"]
    assert cost > 0
    assert caller.spent() - before == pytest.approx(cost, abs=1e-9)
    again = caller.ask(once)
    assert (again.text, again.headers["idempotency-replayed"]) == (first[0].text, "true")
    assert caller.ask(once, task_class="critical").json()["state"] == "other_request"
    assert caller.spent() - before == pytest.approx(cost, abs=1e-9)


def test_a_kept_answer_is_given_again_until_it_is_forgotten(
    caller: Caller, deployed: Deployed
) -> None:
    """A store that is slow is done without: so it is asked until it was fast enough."""
    first = until(lambda: _cached(caller), "a kept answer")
    assert first["cost_usd"] == 0
    assert Caller(deployed).ask(cache_seconds=600).json()["cached"] is False
    caller.ask(uuid.uuid4().hex)
    gone = caller.http.delete("/api/v1/answers", headers=caller.key).json()
    assert gone == {"forgotten": 2, "complete": True}
    assert caller.http.delete("/api/v1/answers", headers=caller.key).json()["forgotten"] == 0
    assert caller.ask(cache_seconds=600).json()["cached"] is False


def _cached(caller: Caller) -> Any:
    answer = caller.ask(cache_seconds=600).json()
    return answer if answer["cached"] else None
