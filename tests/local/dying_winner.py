"""Answers an approval as the function would, and is killed as it is about to tell the workflow.

Run as `python -m tests.local.dying_winner FACTS APPROVAL_ID`, with a moment ago as its time, so
that nobody has to wait until it is surely dead.
"""

import json
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from labverse.adapters import dynamodb_approvals
from labverse.adapters.approval_journal import ApprovalJournal
from labverse.adapters.clock import SystemClock
from labverse.approve.config import ApprovePolicy
from labverse.approve.delivering import Means
from labverse.approve.models import Answer, Click, Verdict
from labverse.approve.ports import Fate, Standing
from labverse.approve.service import Approvals
from tests.cloud import Deployed
from tests.local.workflows import DIGEST


class Earlier(SystemClock):
    """A minute ago."""

    def now(self) -> datetime:
        return datetime.now(UTC) - timedelta(minutes=1)


class Killed:
    """No token is opened, and no workflow told: the process is gone."""

    def opened(self, _token: bytes, _approval_id: str) -> str:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    def sealed(self, _token: str, _approval_id: str) -> bytes:
        raise AssertionError

    def answer(self, _token: str, _verdict: Verdict) -> Fate:
        raise AssertionError

    def standing(self, _execution: str) -> Standing:
        raise AssertionError


def main(facts: str, approval_id: str) -> None:
    """Dies in it."""
    killed, nothing = Killed(), cast(Any, None)
    deployed = Deployed(json.loads(facts), nothing)
    store = dynamodb_approvals.of_stage("local", deployed.client("dynamodb"))
    means = Means(
        store=store,
        seal=killed,
        workflows=killed,
        rooms=nothing,
        announcer=nothing,
        journal=ApprovalJournal(),
        clock=Earlier(),
    )
    policy = ApprovePolicy.model_validate(
        {"rules": {"deal": {"quorum": 1, "minutes": 60, "room": "approvals"}}}
    )
    Approvals(means, policy, ()).answer(
        Click(
            approval_id=approval_id,
            terms_digest=DIGEST,
            answer=Answer.APPROVE,
            team="T0LOCAL",
            user="U0BEN",
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
