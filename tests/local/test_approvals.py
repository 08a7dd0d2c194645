"""On the deployed app: many answer at once, processes die, workflows end. One decision each."""

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from labverse.adapters.kms_seal import KmsSeal
from labverse.kernel.errors import Refused
from tests.cloud import ROOT, Deployed
from tests.local.workflows import DIGEST, Asking, asking

ANSWERS, AT_ONCE = 100, 24
# Seconds: that many at once are as many processes, each of which starts first.
PATIENCE = 120
ANA, BEN, EVE = "T0LOCAL/U0ANA", "T0LOCAL/U0BEN", "T0LOCAL/U0EVE"


@pytest.fixture
def office(deployed: Deployed) -> Iterator[Asking]:
    with asking(deployed) as made:
        yield made


def answered(office: Asking, id_: str, key: dict[str, str], answer: str) -> tuple[int, Any]:
    body = {"answer": answer, "terms_digest": DIGEST}
    path = f"/api/v2/approvals/{id_}"
    reply = office.deployed.http.post(path, json=body, headers=key, timeout=PATIENCE)
    return reply.status_code, reply.json()


def test_many_at_once_make_one_decision_that_is_sent_once(office: Asking) -> None:
    id_, keys = office.ask(), [office.key(ANA), office.key(BEN)]
    answers = [(keys[n % 2], ("approve", "veto")[n // 2 % 2]) for n in range(ANSWERS)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = list(pool.map(lambda given: answered(office, id_, *given), answers))
    assert Counter(status for status, _ in told) == {200: 1, 409: ANSWERS - 1}
    (won,) = (body for status, body in told if status == 200)
    lost = [body for status, body in told if status == 409]
    assert {body["shown"] for body in lost} == {"already_decided"}
    assert {body["approval"]["state"] for body in lost} == {won["shown"]}
    verdict = office.verdict(id_)
    assert verdict["reason"] == won["shown"] == won["approval"]["state"]
    assert verdict["approved"] == (won["shown"] == "approved")
    assert verdict["decided_by"] == won["approval"]["decided_by"]
    history = Counter(office.history(id_))
    assert (history["TaskSucceeded"], history["ExecutionSucceeded"]) == (1, 1)
    assert office.item(id_)["delivered"] == {"BOOL": True}
    assert len(office.deliveries(id_)) == 1, "only who decided sends the token"


def test_it_is_listed_with_what_came_of_it(office: Asking) -> None:
    id_, ana = office.ask(), office.key(ANA)

    def listed(state: str) -> list[str]:
        http, path = office.deployed.http, "/api/v2/approvals"
        found = http.get(path, params={"state": state}, headers=ana).json()
        return [each["id"] for each in found["approvals"]]

    assert id_ in listed("requested")
    status, told = answered(office, id_, office.key(EVE), "approve")
    assert (status, told["shown"]) == (403, "not_allowed")
    assert office.run(id_)["status"] == "RUNNING"
    assert answered(office, id_, ana, "veto")[0] == 200
    assert (id_ in listed("requested"), id_ in listed("vetoed")) == (False, True)
    assert office.verdict(id_)["approved"] is False


def test_whoever_is_killed_after_the_decision_is_made_good(
    office: Asking, event: Callable[[str], Any]
) -> None:
    id_ = office.ask()
    argv = [sys.executable, "-m", "tests.local.dying_winner"]
    facts = json.dumps(office.deployed.facts)
    died = subprocess.run([*argv, facts, id_], cwd=ROOT, check=False, capture_output=True)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert office.item(id_)["delivered"] == {"BOOL": False}
    assert answered(office, id_, office.key(ANA), "veto")[1]["shown"] == "already_decided"
    office.happens(event("approve/tick"))
    verdict = office.verdict(id_)
    assert (verdict["approved"], verdict["decided_by"]) == (True, BEN)
    assert office.item(id_)["delivered"] == {"BOOL": True}
    assert Counter(office.history(id_))["TaskSucceeded"] == 1


def test_what_waits_for_an_execution_that_was_stopped_is_closed(
    office: Asking, event: Callable[[str], Any]
) -> None:
    id_ = office.ask()
    arn = office.execution(id_)
    office.deployed.client("stepfunctions").stop_execution(executionArn=arn)
    ended = event("approve/ended")
    detail = {**ended["detail"], "executionArn": arn, "status": "ABORTED"}
    office.happens({**ended, "detail": detail})
    status, told = answered(office, id_, office.key(ANA), "approve")
    assert (status, told["shown"], told["approval"]["state"]) == (409, "abandoned", "abandoned")


def test_a_token_that_is_sealed_for_one_approval_opens_no_other(deployed: Deployed) -> None:
    client = deployed.client("kms")
    key = client.create_key()["KeyMetadata"]["Arn"]
    seal = KmsSeal(key, client)
    sealed = seal.sealed("a token", "deal-1")
    assert seal.opened(sealed, "deal-1") == "a token"
    assert b"a token" not in sealed
    with pytest.raises(Refused):
        seal.opened(sealed, "deal-2")
