"""A seeded simulator of a call graph: load flows down, waiting and errors flow up.

Noise is autocorrelated and heavy-tailed, load follows the time of day, points go missing. It is our
own model of an outage; figures on it say how the ranking behaves, not how it does on any real data.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

FAULTS = ("latency", "errors", "cpu", "memory", "surge", "crash")
USUAL, AFTER = 288, 6  # a day in steps of five minutes, then half an hour


@dataclass(frozen=True, eq=False)
class Incident:
    """One window with its label; `fault` None = healthy."""

    metrics: pd.DataFrame
    graph: Mapping[str, list[str]]
    anomaly_at: pd.Timestamp
    cause: str | None
    fault: str | None


def incident(seed: int, fault: str | None = None) -> Incident:
    """A random graph of 6 to 30 services, with `fault` in one of them."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(6, 31))
    # A service calls later ones only; each but the first is called by one at least.
    calls = np.zeros((count, count))
    for callee in range(1, count):
        for caller in rng.choice(callee, size=min(callee, int(rng.integers(1, 3))), replace=False):
            calls[caller, callee] = rng.uniform(0.3, 1.5)
    cause = 0 if fault == "surge" else int(rng.integers(1, count))
    series = _run(rng, calls, cause, fault)
    names = [f"service-{place:02d}" for place in range(count)]
    columns, values = [], []
    for metric, table in series.items():
        for place, name in enumerate(names):
            columns.append((name, metric))
            values.append(table[:, place])
    frame = np.stack(values, axis=1)
    frame[rng.random(frame.shape) < 0.02] = np.nan
    index = pd.date_range("2026-01-05", periods=USUAL + AFTER, freq="5min", tz="UTC")
    graph = {names[i]: [names[j] for j in np.flatnonzero(calls[i])] for i in range(count)}
    return Incident(
        metrics=pd.DataFrame(frame, index=index, columns=pd.MultiIndex.from_tuples(columns)),
        graph=graph,
        anomaly_at=index[USUAL],
        cause=names[cause] if fault else None,
        fault=fault,
    )


def _noise(rng: np.random.Generator, shape: tuple[int, int], size: float) -> np.ndarray:
    """Positive noise around 1: autocorrelated (0.6), with Student tails of 4 degrees."""
    shocks = rng.standard_t(4, size=shape) / np.sqrt(2)
    for step in range(1, shape[0]):
        shocks[step] = 0.6 * shocks[step - 1] + 0.8 * shocks[step]
    return np.asarray(np.exp(size * shocks))


Tables = dict[str, np.ndarray]


def _run(rng: np.random.Generator, calls: np.ndarray, cause: int, fault: str | None) -> Tables:
    """What each service measures, (time, services) per metric."""
    steps, count = USUAL + AFTER, len(calls)
    day = 1 + 0.4 * np.sin(2 * np.pi * (np.arange(steps) / 288 + rng.random()))
    load = np.zeros((steps, count))
    load[:, 0] = rng.uniform(200, 2_000) * day * _noise(rng, (steps, 1), 0.08)[:, 0]
    shape = (steps, count)
    tables = {
        "requests": load,
        "latency_p95": rng.uniform(5, 80, size=count) * _noise(rng, shape, 0.12),
        "errors": 0.004 * rng.random(count) * _noise(rng, shape, 0.5),
        "cpu": rng.uniform(10, 45, size=count) * _noise(rng, shape, 0.05),
        "memory": rng.uniform(30, 60, size=count) * _noise(rng, shape, 0.01),
    }
    hurt = np.zeros(steps)
    hurt[USUAL:] = rng.uniform(0.6, 1.0, size=AFTER) * rng.uniform(0.7, 2.5)
    if fault:
        _hurt(tables, hurt, cause, fault)
    _spread(tables, calls, _noise(rng, shape, 0.02))
    if fault == "crash":  # it reports nothing of itself any more
        tables["cpu"][USUAL:, cause] = tables["memory"][USUAL:, cause] = np.nan
    tables["availability"] = 100 * (1 - np.minimum(1, tables.pop("errors")))
    return tables


def _hurt(tables: Tables, hurt: np.ndarray, cause: int, fault: str) -> None:
    """The fault where it happens."""
    if fault == "surge":
        tables["requests"][:, cause] *= 1 + 1.5 * hurt
    if fault in {"latency", "cpu", "memory"}:
        tables["latency_p95"][:, cause] *= 1 + (1.5 if fault == "memory" else 4) * hurt
    if fault in {"errors", "crash"}:
        tables["errors"][:, cause] += np.minimum(0.95, (0.15 if fault == "errors" else 0.5) * hurt)
    if fault == "cpu":
        tables["cpu"][:, cause] += np.minimum(50, 30 * hurt)
    if fault == "memory":
        tables["memory"][:, cause] += np.minimum(35, np.cumsum(hurt) * 6)


def _spread(tables: Tables, calls: np.ndarray, jitter: np.ndarray) -> None:
    """Load to whoever is called, then waiting and errors back to whoever calls."""
    load, latency, errors = (tables[name] for name in ("requests", "latency_p95", "errors"))
    edges = [(int(a), int(b)) for a, b in np.argwhere(calls > 0)]
    for caller, callee in edges:  # in the order of callers, which come before what they call
        load[:, callee] += calls[caller, callee] * load[:, caller]
    load *= jitter
    busy = load / load[:USUAL].mean(axis=0)
    tables["cpu"] *= 0.3 + 0.7 * busy
    latency *= 1 + np.maximum(0, busy - 1.5) ** 2
    for caller, callee in reversed(edges):
        latency[:, caller] += calls[caller, callee] * latency[:, callee]
        errors[:, caller] += 0.7 * min(1, calls[caller, callee]) * errors[:, callee]
