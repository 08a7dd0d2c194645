"""`make demo`: the journeys against what `make up` started; needs the tools environment."""

from __future__ import annotations

import json
import time
from typing import Any

import boto3

from infra_cdk.local import progress, web
from infra_cdk.local.failover import failover
from infra_cdk.local.instance import Instance
from infra_cdk.local.journey_negotiate import negotiated
from infra_cdk.local.journey_upsell import upsell
from infra_cdk.local.problems import Problem
from infra_cdk.local.prompt import QUESTION, Reply, ask, show

HARD = (
    "Compare event sourcing with a relational ledger for subscription revenue, and derive which "
    "one keeps month-end totals consistent when webhooks arrive twice and out of order."
)
WORKFLOW_SECONDS = 120.0


def demo(instance: Instance) -> None:
    """Run every journey there is. Raises Problem at the first step that is not as expected."""
    facts = instance.facts()
    if not facts:
        raise Problem("there is no local cloud", "run: make up")
    progress.line("Journey 1: route")
    _health(facts)
    model = facts["model_url"] is not None
    _http(facts, "a simple prompt", QUESTION, model)
    _http(facts, "a hard prompt", HARD, model)
    _workflow(facts, QUESTION, model)
    _wrong_key(facts)
    failover(facts)
    progress.line("\nJourney 1 went as expected.\n\nJourney 2: negotiate")
    negotiated(facts)
    progress.line("\nJourney 2 went as expected.\n\nJourney 3: upsell")
    upsell(facts)
    progress.line("\nJourney 3 went as expected.")


def _health(facts: dict[str, Any]) -> None:
    url = f"{facts['api_url']}/health"
    try:
        health = web.get(url, timeout=30, trust=facts["ca_bundle"])
    except web.NoAnswer as silence:
        raise Problem(f"GET /health: {silence}", "run: make up") from silence
    progress.line(f"\nGET /health → {health['status']}, version {health['version']}")
    for name, provider in health["ai_providers"].items():
        progress.line(f"  {name:<26} {provider.get('state')}, {provider.get('model')}")


def _http(facts: dict[str, Any], title: str, text: str, model: bool) -> None:
    progress.line(f"\nPOST /api/v1/analyze: {title}")
    _expect(ask(facts, text), text, model)


def _workflow(facts: dict[str, Any], text: str, model: bool) -> None:
    progress.line("\nThe same through the Step Functions workflow")
    client = boto3.client("stepfunctions")
    arn = facts["state_machine_arns"]["route"]
    started = client.start_execution(stateMachineArn=arn, input=json.dumps({"text": text}))
    execution = started["executionArn"]
    end = time.monotonic() + WORKFLOW_SECONDS
    while (result := client.describe_execution(executionArn=execution))["status"] == "RUNNING":
        if time.monotonic() > end:
            what = f"the workflow still runs after {WORKFLOW_SECONDS:.0f} s"
            raise Problem(
                what, f"read .build/local/logs/emulator.log; the execution is {execution}"
            )
        time.sleep(0.1)
    history = client.get_execution_history(executionArn=execution, maxResults=200)["events"]
    entered = [
        event["stateEnteredEventDetails"]["name"]
        for event in history
        if "stateEnteredEventDetails" in event
    ]
    progress.line(f"  states    {' → '.join(entered)} → {result['status']}")
    if result["status"] == "SUCCEEDED":
        _expect(Reply(200, json.loads(result["output"])), text, model)
    elif model or result.get("error") != "Unavailable":
        what = f"the workflow {result['status']}: {result.get('error')} {result.get('cause')}"
        raise Problem(what, "read .build/local/logs/emulator.log")
    else:
        progress.line("  answer    none, as there is no model: the workflow fails as Unavailable")


def _wrong_key(facts: dict[str, Any]) -> None:
    progress.line("\nPOST /api/v1/analyze with a wrong key")
    reply = ask(facts, key="lv_wrong")
    if reply.status != 401:
        raise Problem(f"a wrong key got {reply.status}: {reply.body}", "this must be 401: a bug")
    progress.line(f"  {reply.status} {reply.body.get('title')}: {reply.body.get('detail')}")


def _expect(reply: Reply, text: str, model: bool) -> None:
    if reply.answered:
        show(text, reply.body)
    elif not model and reply.status == 503:
        progress.line(f"  503 {reply.body.get('title')}: as expected without a model")
    else:
        what = f"expected an answer, got {reply.status}: {reply.body}"
        raise Problem(what, "run: make up; then read .build/local/logs/emulator.log")
