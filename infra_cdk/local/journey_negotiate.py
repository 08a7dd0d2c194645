"""Journey 2: two channels negotiate, people decide in Slack, and the deal is applied once."""

from __future__ import annotations

import html
import json
import time
import urllib.request
import uuid
from typing import Any

import boto3

from infra_cdk.local import progress, web
from infra_cdk.local.problems import Problem
from infra_cdk.local.slack.seed import SECRET
from infra_cdk.local.slack.workspace import BOT_TOKEN, CHANNELS

GOAL, PLATFORMS = "Cross-platform content syndication", ["tiktok", "spotify"]
PATH = "/api/v2/negotiations"
# Four functions that may have to be started, one after the other, on a busy machine.
SECONDS = 90.0
_READ = "read .build/local/logs/emulator.log"


def negotiated(facts: dict[str, Any]) -> None:
    """Show a deal from the question to its end. Raises Problem at the first surprise."""
    progress.line(f"\nPOST {PATH}: {GOAL}, {' and '.join(PLATFORMS)}")
    told = _until(facts, _begin(facts), ("waiting", "refused"))
    if told["reason"] == "already_agreed":
        # Of an earlier demo: agreed, or a person was asked and that demo ended before he answered.
        waiting = _asked_before(facts, told["deal"]["digest"])
        if waiting is None:
            progress.line("  deal      its terms are agreed for this month: nobody is asked again")
            return
        progress.line("  deal      somebody is asked about its terms already")
        told = _until(facts, waiting, ("waiting",))
    _expect(told["state"] == "waiting", told)
    _deal(told)
    _people(facts, told)


def _begin(facts: dict[str, Any]) -> str:
    """Its id; the answer comes at once, and the workflow goes on."""
    body = {"goal": GOAL, "platforms": PLATFORMS}
    headers = {**_headers(facts), "Idempotency-Key": str(uuid.uuid4())}
    request = urllib.request.Request(
        f"{facts['api_url']}{PATH}", json.dumps(body).encode(), headers
    )
    status, told = web.call(request, 40.0, facts["ca_bundle"])
    _expect(status == 202, told)
    progress.line(f"  {status}       {PATH}/{told['id']} is {told['state']}")
    return str(told["id"])


def _until(facts: dict[str, Any], negotiation_id: str, states: tuple[str, ...]) -> dict[str, Any]:
    url = f"{facts['api_url']}{PATH}/{negotiation_id}"
    end = time.monotonic() + SECONDS
    while True:
        request = urllib.request.Request(url, headers=_headers(facts))
        _, told = web.call(request, 30.0, facts["ca_bundle"])
        if isinstance(told, dict) and told.get("state") in states:
            return told
        _expect(isinstance(told, dict) and told.get("state") in ("working", "waiting"), told)
        if time.monotonic() > end:
            raise Problem(f"it is still {told['state']} after {SECONDS:.0f} s", _READ)
        time.sleep(0.3)


def _asked_before(facts: dict[str, Any], digest: str) -> str | None:
    """The negotiation whose approval is open for the same terms, if one is."""
    url = f"{facts['api_url']}/api/v2/approvals?state=requested"
    headers = {"Authorization": f"Bearer {facts['person_key']}"}
    status, told = web.call(urllib.request.Request(url, headers=headers), 30.0, facts["ca_bundle"])
    _expect(status == 200, told)
    found = [one["id"] for one in told["approvals"] if one["terms_digest"] == digest]
    return str(found[0]).rpartition("-")[0] if found else None


def _deal(told: dict[str, Any]) -> None:
    deal, proof, impact = told["deal"], told["certificate"], told["impact"]
    progress.line(f"  deal      {deal['words']}")
    for position in told["positions"]:
        progress.line(f"  {position['agent']:<9} {position['rationale']}")
    progress.line(
        f"  proof     no deal of {proof['bargaining_set']} leaves less regret than "
        f"{proof['lower_bound']:.4f}; gap {proof['gap']:g}; "
        f"{proof['nash']['ratio']:.0%} of Nash's product"
    )
    low, high = impact["ci95"]
    worst, best = impact["pi90"]
    progress.line(
        f"  worth     {impact['mean']:,.0f} {deal['currency']} a month (mean: {low:,.0f} to "
        f"{high:,.0f} at 95 %; one month: {worst:,.0f} to {best:,.0f} at 90 %)"
    )


def _people(facts: dict[str, Any], told: dict[str, Any]) -> None:
    """A stranger, a forger, somebody who may, and somebody who comes too late."""
    held = boto3.client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"]
    if json.loads(held).get("bot_token") != BOT_TOKEN:
        progress.line("  slack     it went to your own workspace: approve or veto it there")
        return
    id_ = told["approval"]["id"]
    progress.line("\nPeople in #approvals")
    _message(facts, id_)
    forged = _click(facts, id_, "approve", user="U0ANA", forged=True)
    _expect(forged["status"] == 401, forged)
    progress.line("  forged    401: the click was not signed by Slack")
    _said(facts, _click(facts, id_, "approve", user="U0EVE"), "Eve")
    _said(facts, _click(facts, id_, "approve", user="U0ANA"), "Ana")
    _said(facts, _click(facts, id_, "veto", user="U0BEN"), "Ben")
    end = _until(facts, told["id"], ("agreed", "refused", "failed"))
    _expect(end["state"] == "agreed", end)
    deal = end["deal"]
    progress.line(f"\n  agreed    by {end['approval']['decided_by']}, applied {end['applied_at']}")
    progress.line(f"  money     {deal['committed']:,.2f} {deal['currency']} of {deal['month']}")
    progress.line(f"  terms     sha256 {deal['digest']}")


def _message(facts: dict[str, Any], approval_id: str) -> None:
    """What is posted there; it may take a moment after the question is kept."""
    end = time.monotonic() + SECONDS
    while True:
        posted = web.get(f"{facts['slack_url']}/_messages")
        found = [one for one in posted if approval_id in json.dumps(one.get("blocks", []))]
        if found:
            break
        if time.monotonic() > end:
            raise Problem(f"nothing arrived in #approvals within {SECONDS:.0f} s", _READ)
        time.sleep(0.3)
    where = next(name for name, id_ in CHANNELS.items() if id_ == found[-1]["channel"])
    progress.line(f"  #{where}  {html.unescape(found[-1]['text'])}")


def _click(facts: dict[str, Any], approval_id: str, action: str, **by: Any) -> dict[str, Any]:
    body = {"approval_id": approval_id, "action": action, **by}
    status, told = web.post(f"{facts['slack_url']}/_clicks", body, "none")
    _expect(status == 200, told)
    return dict(told)


def _said(facts: dict[str, Any], clicked: dict[str, Any], who: str) -> None:
    """What whoever clicked reads, who is always told something."""
    _expect(clicked["status"] == 200, clicked)
    end = time.monotonic() + SECONDS
    while not (found := _replies(facts, clicked["reply"])):
        if time.monotonic() > end:
            raise Problem(f"{who} clicked and was told nothing", _READ)
        time.sleep(0.3)
    progress.line(f"  {who:<9} {html.unescape(found[-1].partition(chr(10))[0])}")


def _replies(facts: dict[str, Any], name: str) -> list[str]:
    told = web.get(f"{facts['slack_url']}/_replies")
    return [str(one["text"]) for one in told if one["reply"] == name]


def _headers(facts: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {facts['api_key']}", "Content-Type": "application/json"}


def _expect(holds: bool, told: Any) -> None:
    if not holds:
        raise Problem(f"not as expected: {json.dumps(told)[:600]}", _READ)
