"""`kimi upsell`: what is sent, what is shown, and which logs are refused."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.unit.cli.fake import Fake

Kimi = Callable[..., Any]
DECIDE, OUTCOME = "POST /api/v2/a2b/upsell", "POST /api/v2/a2b/outcomes"
ANSWER = {
    "decision_id": "d-1",
    "recommended_offer": "annual_20pct_off",
    "expected_ltv_increase": 12.345,
    "currency": "USD",
    "confidence": 0.61,
    "decision_time_ms": 3.2,
    "propensity": 0.4,
    "model_version": "power/7",
    "mode": "learning",
}
RECORDED = {"reward_usd": 240.0, "late": False, "learned": True, "repeated": False}


def test_decide_sends_what_is_known_and_shows_the_offer(fake: Fake, kimi: Kimi) -> None:
    fake.replies[DECIDE] = (200, ANSWER)
    done = kimi("upsell", "decide", "power", "--usage", 95, "--customer", "c-1")
    assert (done.exit_code, done.stdout.strip()) == (0, "annual_20pct_off")
    assert "12.35 USD" in done.stderr
    assert "61%" in done.stderr
    assert fake.seen[0][2] == {
        "user_segment": "power",
        "context": {"usage_percentile": 95.0},
        "customer_id": "c-1",
    }


def test_an_incumbent_without_a_policy_claims_nothing(fake: Fake, kimi: Kimi) -> None:
    fake.replies[DECIDE] = (200, {**ANSWER, "expected_ltv_increase": None, "confidence": None})
    assert "probability" not in kimi("upsell", "decide", "power").stderr


def test_an_outcome_is_told_with_its_value(fake: Fake, kimi: Kimi) -> None:
    fake.replies[OUTCOME] = (200, {**RECORDED, "late": True, "repeated": True})
    done = kimi("upsell", "outcome", "d-1", "--accepted", "--value", "240")
    assert done.stdout.strip() == (
        "learned (known already): 240.00 USD, as it came after the deadline"
    )
    assert fake.seen[0][2] == {"decision_id": "d-1", "accepted": True, "value_usd": "240"}
    assert kimi("upsell", "outcome", "d-1").exit_code == 2


def test_a_refusal_is_a_refusal(fake: Fake, kimi: Kimi) -> None:
    fake.replies[OUTCOME] = (409, {"status": 409, "title": "Conflict", "detail": "another"})
    done = kimi("upsell", "outcome", "d-1", "--declined")
    assert done.exit_code == 1
    assert "another" in done.stderr


def item(id_: str, deadline: datetime, outcome: Any = None) -> dict[str, Any]:
    record = {
        "decision_id": id_,
        "segment": "power",
        "offer": "b",
        "context": {"churn_risk": 0.5},
        "probabilities": {"a": 0.25, "b": 0.75, "c": 0.0},
        "propensity": 0.75,
        "reward_deadline": deadline.isoformat(),
    }
    told = {"outcome": {"S": json.dumps(outcome)}} if outcome else {}
    return {"id": {"S": id_}, "record": {"S": json.dumps(record)}, **told}


def test_export_has_what_is_known_and_what_nobody_told_in_time(fake: Fake, kimi: Kimi) -> None:
    now, day = datetime.now(UTC), timedelta(days=1)
    fake.parameters["/labverse/local/decisions-table"] = "decisions"
    fake.items = {
        "link": {"id": {"S": "customer#x"}},
        "told": item("told", now + day, {"reward_usd": 5.0}),
        "open": item("open", now + day),
        "silent": item("silent", now - day),
    }
    done = kimi("upsell", "export")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["decision_id"], row["reward"]) for row in rows] == [("told", 5.0), ("silent", 0.0)]
    assert rows[0] == {
        "decision_id": "told",
        "user_segment": "power",
        "churn_risk": 0.5,
        "eligible": "a|b",
        "action": "b",
        "propensity": 0.75,
        "reward": 5.0,
    }


def log(path: Path, count: int) -> Path:
    """Offer b brings 2, a brings 1; c was possible to half of them and is never decided alone."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({
        "churn_risk": rng.uniform(size=count),
        "action": rng.choice(["a", "b"], count),
        "propensity": 0.5,
        "eligible": "a|b",
    })  # fmt: skip
    frame["reward"] = np.where(frame["action"] == "b", 2.0, 1.0) + rng.normal(0, 0.1, count)
    frame.to_json(path, orient="records", lines=True)
    return path


@pytest.mark.parametrize("method", ["ipw", "snipw", "dr"])
def test_a_log_tells_what_each_offer_would_have_brought(
    method: str, clone: Path, kimi: Kimi
) -> None:
    done = kimi("upsell", "evaluate", log(clone / "log.jsonl", 800), "--method", method, "--json")
    assert done.exit_code == 0, done.stderr
    told = {one["offer"]: one for one in json.loads(done.stdout)}
    assert told["a"]["value"] == pytest.approx(1.0, abs=0.1)
    assert told["b"]["low"] < told["b"]["value"] < told["b"]["high"]
    assert told["b"]["value"] == pytest.approx(2.0, abs=0.2)
    assert told["b"]["logged"] == pytest.approx(1.5, abs=0.1)


def test_a_thin_log_is_refused(clone: Path, kimi: Kimi) -> None:
    done = kimi("upsell", "evaluate", log(clone / "log.jsonl", 40))
    assert done.exit_code == 1
    assert "effective decisions" in done.stderr


def test_an_offer_that_was_never_possible_is_refused(clone: Path, kimi: Kimi) -> None:
    done = kimi("upsell", "evaluate", log(clone / "log.jsonl", 800), "--offer", "c")
    assert done.exit_code == 1
    assert "empty" in done.stderr


@pytest.mark.parametrize("text", ["not json", '{"action": "a"}\n'])
def test_what_is_no_log_is_wrong_usage(text: str, clone: Path, kimi: Kimi) -> None:
    (clone / "log.jsonl").write_text(text, encoding="utf-8")
    assert kimi("upsell", "evaluate", clone / "log.jsonl").exit_code == 2
    assert kimi("upsell", "evaluate", clone / "none.csv").exit_code == 2
