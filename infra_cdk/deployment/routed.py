"""What a million routed tasks cost beside the models: `POST /api/v1/analyze`, answered at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from infra_cdk.deployment.prices import MILLION, Item

# Assumptions, each in the table's own words. A function is billed while it waits for a model.
MEAN_SECONDS = Decimal("1.5")
COLD_SHARE = Decimal("0.01")
LOG_KB = Decimal(4)
EVENT_KB = Decimal(1)
ANSWER_KB = Decimal(4)
TRACED_SHARE = Decimal("0.05")
MODELS, OUTCOMES, CLASSES = 5, 2, 3
_KB_IN_GB = MILLION
_HANDLER = "labverse-{stage}-route-http"


def function(resources: Mapping[str, Any], stage: str) -> Mapping[str, Any]:
    """The properties of the function that answers; its memory is the template's."""
    wanted = _HANDLER.format(stage=stage)
    for body in resources.values():
        properties: Mapping[str, Any] = body.get("Properties", {})
        if properties.get("FunctionName") == wanted:
            return properties
    raise ValueError(f"no function is called {wanted}")


def items(answering: Mapping[str, Any], front: bool) -> Iterator[Item]:
    """The lines of one million tasks; `front` when CloudFront and WAF stand before the API."""
    gigabytes = Decimal(answering["MemorySize"]) / 1024
    yield Item("api", MILLION, "one request per task")
    yield Item("calls", MILLION, "one call per task")
    why = f"{gigabytes} GB x {MEAN_SECONDS} s, waiting for the model included"
    yield Item("compute", MILLION * gigabytes * MEAN_SECONDS, why)
    if answering.get("SnapStart", {}).get("ApplyOn") == "PublishedVersions":
        why = f"{gigabytes} GB x {COLD_SHARE:.0%} of the calls"
        yield Item("restore", MILLION * COLD_SHARE * gigabytes, why)
    yield Item("read", MILLION, "the key, read once per task at most (it is kept for 30 s)")
    yield Item(
        "write", MILLION * 2, "the ledger, to reserve and to settle; more while many run at once"
    )
    yield Item("event", MILLION, "one TaskRouted per task")
    yield Item("archive", MILLION * EVENT_KB / _KB_IN_GB, f"{EVENT_KB} KB per event")
    yield Item(
        "logs",
        MILLION * LOG_KB / _KB_IN_GB,
        f"{LOG_KB} KB a task: 3.4 KB measured on the local cloud, and access logs",
    )
    yield Item("kept-logs", MILLION * LOG_KB / _KB_IN_GB, "the same, kept for one month")
    why = f"{TRACED_SHARE:.0%} of the tasks, X-Ray's own rule"
    yield Item("traces", MILLION * TRACED_SHARE, why)
    if front:
        yield Item("front", MILLION, "one request per task")
        yield Item("walled", MILLION, "one request per task")
    sent = MILLION * ANSWER_KB / _KB_IN_GB
    yield Item("front-out" if front else "out", sent, f"{ANSWER_KB} KB per answer")


def metrics() -> Item:
    """Custom metrics: billed by the month in which they got values, not by the task."""
    attempts, tasks = MODELS * OUTCOMES * 3, MODELS * CLASSES * 3
    why = (
        f"{MODELS} models x {OUTCOMES} outcomes x 3 metrics, "
        f"and {MODELS} providers x {CLASSES} task classes x 3 metrics"
    )
    return Item("metric", Decimal(attempts + tasks), why)
