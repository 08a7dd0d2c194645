"""Journey 1 ends: the month's money is gone, and the local model answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import boto3

from infra_cdk.local.paths import ROOT
from labverse.adapters.dynamodb_ledger import DynamoPages
from labverse.route.ledger import page_id
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
    page = page_id(period_of(datetime.now(UTC)), 0)
    budget = micro(limits().per_month_usd)
    pages.change(Change(page, add={MONTH: budget}))
    try:
        yield
    finally:
        pages.change(Change(page, add={MONTH: -budget}))
