"""Journey 1 ends: the month's money is gone, and the local model answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import boto3

from infra_cdk.local.paths import ROOT
from labverse.adapters.dynamodb_ledger import DynamoPages
from labverse.route.ledger import announced_id, page_id
from labverse.route.limits import MONTH, Limits, micro, period_of
from labverse.route.page import Change

TABLE = "labverse-local-ledger"
POLICY = ROOT / "config" / "policy" / "route.json"


def limits() -> Limits:
    """What may be spent in a month."""
    return Limits.model_validate(json.loads(POLICY.read_text())["spend"])


@contextmanager
def broke() -> Iterator[None]:
    """As if somebody had spent the whole budget of this month; afterwards as it was before."""
    pages = DynamoPages(TABLE, boto3.client("dynamodb"))
    period = period_of(datetime.now(UTC))
    page, announced = page_id(period, 0), announced_id(period)
    budget = micro(limits().per_month_usd)
    (before,) = pages.read([announced])
    pages.change(Change(page, add={MONTH: budget}))
    try:
        yield
    finally:
        pages.change(Change(page, add={MONTH: -budget}))
        # Its thresholds are announced once a month; nothing of this was real.
        (after,) = pages.read([announced])
        for percent in after.leases.keys() - before.leases.keys():
            pages.change(Change(announced, closes=(percent,)))
