"""A sick primary beside a healthy backup: who is answered right and in time, and at what cost."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import httpx

from tests.bench.peers.speed import quantile
from tests.bench.peers.system import SLA_MS, Pair, System, make

REQUESTS = 8
QUESTION, ANSWER = "What is the capital of France?", "Paris"


@dataclass(frozen=True)
class Fault:
    """How the primary is sick; `retry_after` in seconds, where it says so."""

    kind: str
    retry_after: int | None = None

    @property
    def name(self) -> str:
        """As tables and paths have it."""
        return self.kind if self.retry_after is None else f"{self.kind}_retry_after"


FAULTS = (
    Fault("429"), Fault("429", 2), Fault("500"), Fault("529"), Fault("reset"), Fault("hang"),
    Fault("malformed"), Fault("empty_choices"), Fault("empty_text"),
)  # fmt: skip


def suffer(
    name: str, url: str, pair: Pair, requests: int = REQUESTS, faults: Sequence[Fault] = FAULTS
) -> list[dict[str, Any]]:
    """Each fault in turn, each met by a system made anew that nothing has told of it.

    One call of another one goes before: what a first import costs is measured elsewhere.
    `url`: of providers that fail on demand. `pair` says how the system is set up.
    """
    well = replace(pair, primary=f"{url}/well/v1", backup=f"{url}/spare/v1")
    if make(name, well).ask(QUESTION) != ANSWER:
        raise AssertionError("a healthy primary is not answered right")
    return [_suffer(name, url, pair, fault, requests) for fault in faults]


def _suffer(name: str, url: str, pair: Pair, fault: Fault, requests: int) -> dict[str, Any]:
    sick, backup = (f"{fault.name}-{role}" for role in ("sick", "backup"))
    told: dict[str, Any] = {"provider": sick, "fault": fault.kind}
    if fault.retry_after is not None:
        told["retry_after"] = fault.retry_after
    with httpx.Client(base_url=url, trust_env=False) as steering:
        steering.delete("/_calls").raise_for_status()
        steering.post("/_faults", json=told).raise_for_status()
        here = replace(pair, primary=f"{url}/{sick}/v1", backup=f"{url}/{backup}/v1")
        system = make(name, here)
        outcomes = [_asked(system) for _ in range(requests)]
        steering.delete("/_faults").raise_for_status()
        calls = steering.get("/_calls").raise_for_status().json()
    took = sorted(ms for _, ms in outcomes)
    return {
        "fault": fault.name,
        "requests": requests,
        "in_time": sum(right and ms <= SLA_MS for right, ms in outcomes),
        "right": sum(right for right, _ in outcomes),
        "sick_calls": calls.get(sick, {}).get("calls", 0),
        "backup_calls": calls.get(backup, {}).get("calls", 0),
        "p50_ms": quantile(took, 0.5),
        "max_ms": took[-1],
    }


def _asked(system: System) -> tuple[bool, float]:
    """Whether it was answered right, and after how many milliseconds."""
    began = time.perf_counter()
    try:
        right = system.ask(QUESTION) == ANSWER
    except Exception:  # noqa: BLE001 - each system has errors of its own; all mean "no answer"
        right = False
    return right, 1000 * (time.perf_counter() - began)
