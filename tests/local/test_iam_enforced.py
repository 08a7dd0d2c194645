"""The same app where every signature and every policy is checked, over TLS: least privilege works.

`make up` and `make demo` run there as everywhere. What our functions may not do must then fail,
and nothing that they do may be refused, not even what they would only log.
"""

import json
import ssl
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from botocore.exceptions import ClientError

from labverse.adapters import doors
from labverse.cli.secrets import ROTATED
from labverse.platform.keys import mint
from tests.cloud import ENFORCED, ROOT, Deployed, environment, run
from tests.local.deals import ANA, BEN, Deals, fresh

# The words by which AWS refuses; adapters log them even where the caller gets an answer.
REFUSALS = ("AccessDenied", "not authorized", "InvalidClientTokenId", "undelivered")
DYNAMODB = {
    "x-amz-target": "DynamoDB_20120810.ListTables",
    "content-type": "application/x-amz-json-1.0",
}


def _kimi(*argv: str) -> "subprocess.CompletedProcess[str]":
    """`kimi` as a person calls it, on the cloud that enforces IAM."""
    return subprocess.run(
        [Path(sys.executable).with_name("kimi"), *argv],
        cwd=ROOT,
        env=environment(ENFORCED),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_demo_runs_and_nothing_is_refused(enforced: Deployed) -> None:
    told = run("demo", ENFORCED)
    assert "Journey 1 went as expected." in told
    assert "Journey 2 went as expected." in told
    _nothing_was_refused(enforced)


def test_deals_are_decided_and_taken_back_with_the_grants_of_their_functions(
    enforced: Deployed,
) -> None:
    """By people's keys: the demo's journey has clicks in Slack."""
    deals = Deals(enforced)
    own = deals.until(deals.open(fresh(), **deals.key(ANA, "negotiate")).json()["id"], "waiting")
    assert own["requester"] == ANA
    assert deals.answer(own, "approve", ANA).json()["shown"] == "own_request"
    assert deals.answer(own, "approve", BEN).json()["shown"] == "approved"
    agreed = deals.until(own["id"], "agreed")
    assert (agreed["approval"]["decided_by"], deals.ended(own["id"])) == (BEN, "SUCCEEDED")
    taken = deals.waiting(fresh())
    call = {"jsonrpc": "2.0", "id": 1, "method": "CancelTask", "params": {"id": taken["id"]}}
    headers = {**enforced.key, "A2A-Version": "1.0"}
    told = enforced.http.post("/a2a", json=call, headers=headers).json()
    assert told["result"]["status"]["state"] == "TASK_STATE_CANCELED"
    assert deals.ended(taken["id"]) == "ABORTED"
    for word in ("negotiate", "approve"):
        deals.tick(word)
    deals.tick("negotiate", do="cycle")
    _nothing_was_refused(enforced)


def test_it_speaks_tls_with_its_own_certificate(enforced: Deployed) -> None:
    facts = enforced.facts
    assert {urlsplit(facts[name]).scheme for name in ("api_url", "aws_endpoint_url")} == {"https"}
    url = facts["aws_endpoint_url"]
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(url, trust_env=False, verify=ssl.create_default_context())
    with pytest.raises(httpx.TransportError):
        httpx.get(url.replace("https:", "http:"), trust_env=False)


def test_kimi_believes_its_certificate_and_signs(enforced: Deployed) -> None:
    for argv, expected in ((["ask", "Hello?"], ""), (["keys", "list"], "local developer")):
        done = _kimi(*argv)
        assert done.returncode == 0, done.stderr
        assert expected in done.stdout
        assert done.stdout.strip()


@pytest.mark.parametrize("name", ROTATED)
def test_every_secret_rotates_with_the_grants_of_its_function(
    enforced: Deployed, name: str
) -> None:
    done = _kimi("secrets", "rotate", name)
    assert done.returncode == 0, done.stderr


def test_answers_are_repeated_kept_and_forgotten_with_the_grants_of_their_function(
    enforced: Deployed,
) -> None:
    """Forgetting finds what the two before it kept, so neither was refused."""
    url, body = "/api/v1/analyze", {"text": "Hello?", "cache_seconds": 600}
    headers = {**enforced.key, "idempotency-key": uuid.uuid4().hex}
    for replayed in (None, "true"):
        answer = enforced.http.post(url, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.headers.get("idempotency-replayed") == replayed
    gone = enforced.http.delete("/api/v1/answers", headers=enforced.key)
    assert gone.json()["forgotten"] >= 1, gone.text


def test_an_unsigned_call_is_refused(enforced: Deployed) -> None:
    url = enforced.facts["aws_endpoint_url"]
    trust = ssl.create_default_context(cafile=enforced.facts["ca_bundle"])
    answer = httpx.post(url, headers=DYNAMODB, content=b"{}", trust_env=False, verify=trust)
    assert answer.status_code in (400, 403)
    assert "MissingAuthenticationToken" in answer.text


def test_who_holds_no_grant_may_do_nothing(enforced: Deployed) -> None:
    iam = enforced.client("iam")
    iam.create_user(UserName="stranger")
    key = iam.create_access_key(UserName="stranger")["AccessKey"]
    table = enforced.facts["keys_table"]
    with pytest.raises(ClientError, match="AccessDenied"):
        enforced.as_user(key).client("dynamodb").scan(TableName=table)
    forged = {**key, "SecretAccessKey": "not-the-secret"}
    with pytest.raises(ClientError, match="Signature"):
        enforced.as_user(forged).client("dynamodb").scan(TableName=table)


@pytest.mark.parametrize(
    ("role", "action", "status"),
    [("RouteHttpRole", "dynamodb:GetItem", 503), ("RouteHttpRole", None, 200)],
)
def test_without_one_grant_the_request_fails(
    enforced: Deployed, role: str, action: str | None, status: int
) -> None:
    """A new key each time: the function remembers a key that it has read before."""
    clients = enforced.client("dynamodb"), enforced.client("secretsmanager")
    keys = doors.registry("local", enforced.facts["keys_table"], *clients)
    secret, record = mint("a test", frozenset({"route"}), datetime.now(UTC))
    keys.create(record)
    headers = {"x-api-key": secret}
    with _without(enforced.client("iam"), role, action):
        answer = enforced.http.post("/api/v1/analyze", json={"text": "Hello?"}, headers=headers)
    assert answer.status_code == status, answer.text


@contextmanager
def _without(iam: Any, role: str, action: str | None) -> Iterator[None]:
    """While it lasts, the one role whose name has `role` in it may not do `action`."""
    names = [found["RoleName"] for found in iam.list_roles()["Roles"] if role in found["RoleName"]]
    [name] = names
    [policy] = iam.list_role_policies(RoleName=name)["PolicyNames"]
    held = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
    left = [grant for grant in held["Statement"] if action not in _listed(grant["Action"])]
    assert (len(left) < len(held["Statement"])) == (action is not None), f"{name} has no {action}"
    document = json.dumps({**held, "Statement": left})
    iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=document)
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(held))


def _listed(actions: str | list[str]) -> list[str]:
    return [actions] if isinstance(actions, str) else actions


def _nothing_was_refused(enforced: Deployed) -> None:
    """Nothing that our functions did, as far as they logged it."""
    logs = enforced.client("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    told = {name: _messages(logs, name) for name in groups if name.startswith("/aws/lambda/")}
    assert any("answered" in line for lines in told.values() for line in lines), "no log was read"
    refused = [line for lines in told.values() for line in lines if _refusal(line)]
    assert not refused, refused[0]


def _messages(logs: Any, group: str) -> list[str]:
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    return [event["message"] for page in pages for event in page["events"]]


def _refusal(line: str) -> bool:
    return any(word in line for word in REFUSALS)
