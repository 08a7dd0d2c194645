"""Which service is the cause, when many look sick: and no service at all when none is."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from labverse.runbook.evidence import Evidence, evidence
from labverse.runbook.window import Floats, Frame, read

Ranking = list[tuple[str, float]]
# However well something else explains a service's trouble, it may have trouble of its own.
_MOST_EXPLAINED = 0.9
# A service that is short of a resource of its own is explained less by what it calls.
_OWN_TROUBLE = 0.3


def rank(metrics: Frame, graph: Mapping[str, Sequence[str]], anomaly_at: Any) -> Ranking:
    """The services that may be the cause, the likeliest first; empty = nothing is wrong.

    `metrics` (a pandas.DataFrame) has one row per moment and a column per (service, metric); NaN is
    a moment without measurement. `graph` names the services that each service calls. Everything
    before `anomaly_at` is taken for usual. Scores are shares of the blame and sum to 1.

    Every service gets blame by how unusual its own metrics are. Blame then walks: from a caller to
    the services it calls, as far as their trouble is as large as its own; a surge of load from a
    service to its callers, as far as they surge too. Where it stops is the cause (an absorbing
    random walk). Raises InvalidInput.
    """
    found = evidence(read(metrics, anomaly_at))
    if not found.alarming:
        return []
    trouble, surges = _trouble(found, graph), _surges(found, graph)
    blame = _walk(found.trouble, trouble) + _walk(found.surge, surges)
    total = float(blame.sum())
    ranked = [(name, float(part) / total) for name, part in zip(found.services, blame, strict=True)]
    return sorted((item for item in ranked if item[1] > 0), key=lambda item: (-item[1], item[0]))


def _trouble(found: Evidence, graph: Mapping[str, Sequence[str]]) -> Floats:
    """(n, n): how much of a row's trouble its column explains, as something that it calls."""
    explained = np.zeros((len(found.services),) * 2)
    for caller, callee in _edges(found, graph):
        explained[caller, callee] = found.explains(caller, callee)
    explained[found.short] *= _OWN_TROUBLE
    return explained


def _surges(found: Evidence, graph: Mapping[str, Sequence[str]]) -> Floats:
    """(n, n): how much of a row's surge its column explains, as one of its callers."""
    explained = np.zeros((len(found.services),) * 2)
    for caller, callee in _edges(found, graph):
        if found.rise[callee] > 0:
            explained[callee, caller] = min(1.0, 2 * found.rise[caller] / found.rise[callee])
    return explained


def _edges(found: Evidence, graph: Mapping[str, Sequence[str]]) -> set[tuple[int, int]]:
    """Who calls whom, as places in `found.services`; services without metrics are seen through."""
    places = {name: place for place, name in enumerate(found.services)}
    edges = set()
    for caller, place in places.items():
        open_, seen = list(graph.get(caller, ())), {caller}
        while open_:
            callee = open_.pop()
            if callee in seen:
                continue
            seen.add(callee)
            if callee in places:
                edges.add((place, places[callee]))
            else:
                open_.extend(graph.get(callee, ()))
    return edges


def _walk(blame: Floats, explained: Floats) -> Floats:
    """Where blame ends up, (n,). Each step passes on what is explained and leaves the rest."""
    passed = _MOST_EXPLAINED * explained.max(axis=1, initial=0.0)
    total = explained.sum(axis=1, keepdims=True)
    onwards = np.divide(explained, total, out=np.zeros_like(explained), where=total > 0)
    left = np.zeros_like(blame)
    # A path without a loop has fewer steps than there are services.
    for _ in range(len(blame)):
        left += blame * (1 - passed)
        blame = (blame * passed) @ onwards
    return np.asarray(left + blame)
