"""Journey 3 of `make demo`: an offer for a customer, and what became of it."""

from __future__ import annotations

from typing import Any

from infra_cdk.local import progress, web
from infra_cdk.local.problems import Problem

PATH = "/api/v2/a2b"
REQUEST = {
    "user_segment": "power",
    "offer_type": "annual_30pct_off",
    "context": {"usage_percentile": 95, "engagement_score": 0.87, "churn_risk": 0.12},
}


def upsell(facts: dict[str, Any]) -> None:
    """Decide, tell the outcome twice, then another one. Raises Problem at what is unexpected."""
    progress.line(f"\nPOST {PATH}/upsell: a power user, annual_30pct_off in mind")
    offer = _post(facts, "upsell", REQUEST, 200)
    progress.line(
        f"  offer     {offer['recommended_offer']} ({offer['mode']}, p = {offer['propensity']})"
    )
    progress.line(
        f"  expected  {offer['expected_ltv_increase']} {offer['currency']}; "
        f"the best with p = {offer['confidence']}"
    )
    progress.line(f"  decided   in {offer['decision_time_ms']} ms by {offer['model_version']}")
    outcome = {"decision_id": offer["decision_id"], "accepted": True}
    progress.line(f"\nPOST {PATH}/outcomes: it was accepted")
    first = _post(facts, "outcomes", outcome, 200)
    progress.line(f"  reward    {first['reward_usd']} USD, learned as {first['model_version']}")
    again = _post(facts, "outcomes", outcome, 200)
    if not again["repeated"] or again["model_version"] != first["model_version"]:
        raise Problem(f"the same outcome again was {again}", "it must be learnt once: a bug")
    progress.line("  again     known already, learnt once")
    refused = _post(facts, "outcomes", {**outcome, "accepted": False}, 409)
    progress.line(f"  declined  {refused['status']} {refused['title']}: {refused['detail']}")


def _post(facts: dict[str, Any], name: str, body: dict[str, Any], expected: int) -> dict[str, Any]:
    url = f"{facts['api_url']}{PATH}/{name}"
    try:
        status, answer = web.post(url, body, facts["api_key"], facts["ca_bundle"])
    except web.NoAnswer as silence:
        raise Problem(f"POST {PATH}/{name}: {silence}", "run: make up") from silence
    if status != expected or not isinstance(answer, dict):
        what = f"POST {PATH}/{name} answers {status}, not {expected}: {answer}"
        raise Problem(what, "read .build/local/logs/emulator.log")
    return answer
