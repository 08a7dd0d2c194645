"""Journey 1 goes on: stand-ins for the providers fall sick, then the month's money is gone."""

from __future__ import annotations

import json
import time
import urllib.request
from typing import Any

import boto3

from infra_cdk.local import progress, web
from infra_cdk.local.broke import broke
from infra_cdk.local.heard import heard
from infra_cdk.local.problems import Problem
from infra_cdk.local.prompt import Reply, ask
from infra_cdk.local.real_keys import SECRET

STAND_INS = ("dashscope", "openai", "anthropic", "moonshot")
# A function looks for a key that was absent after five seconds, and a breaker is open for five or
# ten; the rest is for slow machines.
SEEN_SECONDS = 40.0


def failover(facts: dict[str, Any]) -> None:
    """Show that a request survives its providers. Leaves keys and faults as they were.

    Raises Problem at the first answer that is not as expected.
    """
    secrets = boto3.client("secretsmanager")
    before = secrets.get_secret_value(SecretId=SECRET)["SecretString"]
    if json.loads(before):
        progress.line(
            "\nProviders have keys of yours: their failover is not shown with real money."
        )
        return
    _heal(facts)
    secrets.put_secret_value(
        SecretId=SECRET, SecretString=json.dumps(dict.fromkeys(STAND_INS, "x"))
    )
    try:
        _wait_until_asked(facts, "moonshot")
        _wait_for(facts, "dashscope")
        _sick(facts)
    finally:
        secrets.put_secret_value(SecretId=SECRET, SecretString=before)
        _heal(facts)
    _forget(facts)  # not after a failure, which it would hide behind one of its own
    _heal(facts)


def _sick(facts: dict[str, Any]) -> None:
    progress.line("\nPOST /api/v1/analyze: every provider healthy (stand-ins on this machine)")
    _expect(ask(facts), "dashscope")
    _fault(facts, "dashscope", "hang")
    _fault(facts, "openai", "429")
    progress.line("\nThe same: dashscope hangs, openai answers 429")
    _expect(ask(facts), "moonshot")
    progress.line("\nThe same again: their breakers are open, so nobody asks them")
    _expect(ask(facts), "moonshot", attempts=1)
    _heal(facts)
    _fault(facts, "*", "500")
    progress.line("\nThe same: every provider answers 500")
    _expect(ask(facts), "ollama" if facts["model_url"] else None)
    _heal(facts)
    progress.line(
        "\nThe same, all of them well again: when its window is over, one request tries it"
    )
    _expect(_wait_for(facts, "dashscope"), "dashscope")
    progress.line("\nThe same: every provider healthy, and the budget of the month gone")
    with broke():
        reply = ask(facts)
    _expect(reply, "ollama" if facts["model_url"] else None)
    if reply.answered:
        _broke(reply.body)
        heard(facts)


def _broke(answer: dict[str, Any]) -> None:
    """The answer says that it is local for want of money. Raises Problem."""
    reasons = {item["reason"] for item in answer["refused"] if "no money" in item["reason"]}
    if answer["budget"]["state"] != "stopped" or not reasons:
        what = f"the budget is gone, but the answer tells {answer['budget']}, {answer['refused']}"
        raise Problem(what, "this is a bug")
    spent, limit = answer["budget"]["spent_usd"], answer["budget"]["limit_usd"]
    progress.line(f"  budget    {spent:.2f} of {limit:.2f} USD: {reasons.pop()}")


def _wait_for(facts: dict[str, Any], provider: str) -> Reply:
    """The first answer of `provider`: keys are seen after a while, and breakers close."""
    end = time.monotonic() + SEEN_SECONDS
    while (reply := ask(facts)).body.get("provider") != provider:
        if time.monotonic() > end:
            what = f"{provider} does not answer after {SEEN_SECONDS:.0f} s: {reply.body}"
            raise Problem(what, "read .build/local/logs/emulator.log")
        time.sleep(0.5)
    return reply


def _wait_until_asked(facts: dict[str, Any], provider: str) -> None:
    """Until the breaker of `provider`, which an earlier run may have opened, lets a request by."""
    end = time.monotonic() + SEEN_SECONDS
    while _state(facts, provider) == "open":
        if time.monotonic() > end:
            raise Problem(f"{provider} is still left alone", "run: make down, then make up")
        time.sleep(0.5)


def _state(facts: dict[str, Any], provider: str) -> str | None:
    request = urllib.request.Request(f"{facts['api_url']}/api/v1/providers")
    request.add_header("x-api-key", facts["api_key"])
    _, told = web.call(request, 5.0, facts["ca_bundle"])
    states = {one["provider"]: one["state"] for one in told.get("providers", [])}
    return states.get(provider)


def _forget(facts: dict[str, Any]) -> None:
    """A refused key is read anew, and all others with it: ask until they are forgotten."""
    _fault(facts, "dashscope", "401")
    end = time.monotonic() + SEEN_SECONDS
    while not _unconfigured(ask(facts)):
        if time.monotonic() > end:
            what = f"the stand-ins' keys are still used after {SEEN_SECONDS:.0f} s"
            raise Problem(what, "run: make down, then make up")
        time.sleep(0.3)


def _unconfigured(reply: Reply) -> bool:
    reasons: list[str] = [refused["reason"] for refused in reply.body.get("refused", [])]
    return sum(reason.startswith("not configured") for reason in reasons) == len(STAND_INS)


def _expect(reply: Reply, provider: str | None, attempts: int | None = None) -> None:
    if provider is None and reply.status == 503:
        progress.line("  503 as expected without a local model")
        return
    tries = len(reply.body.get("attempts", []))
    if not reply.answered or reply.body["provider"] != provider or attempts not in (None, tries):
        what = f"expected an answer by {provider}, got {reply.status}: {reply.body}"
        raise Problem(what, "read .build/local/logs/emulator.log")
    answer = reply.body
    tried = ", ".join(f"{each['provider']} {each['outcome']}" for each in answer["attempts"])
    late = "within" if answer["sla_met"] else "past"
    progress.line(f"  answer    {answer['text'].strip()}")
    progress.line(f"  attempts  {tried}")
    progress.line(
        f"  model     {answer['model']} ({answer['provider']}), {answer['latency_ms']} ms, "
        f"{late} the SLA, {answer['cost_usd']:.6f} USD"
    )


def _fault(facts: dict[str, Any], provider: str, fault: str) -> None:
    body = {"provider": provider, "fault": fault}
    status, answer = web.post(f"{facts['faults_url']}/_faults", body, key="none")
    if status >= 400:
        raise Problem(f"the stand-in for providers refuses {body}: {answer}", "this is a bug")


def _heal(facts: dict[str, Any]) -> None:
    request = urllib.request.Request(f"{facts['faults_url']}/_faults", method="DELETE")
    web.call(request, 5.0)
