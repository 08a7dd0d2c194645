"""A policy's state as bytes for one database item: a line of JSON, then triangles of float32."""

import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, replace
from typing import Any

import numpy as np

from labverse.kernel.errors import InvalidInput
from labverse.upsell.arrays import Floats
from labverse.upsell.belief import Belief
from labverse.upsell.lead import Lead
from labverse.upsell.space import Space


@dataclass(frozen=True)
class State:
    """All that a policy has learnt."""

    version: int = 0
    """Outcomes that it has learnt from."""
    known: Space | None = None
    unit: float = 0.0
    beliefs: Mapping[str, Belief] = field(default_factory=dict)
    lead: Lead = field(default_factory=Lead)


def encode(state: State) -> bytes:
    """Only the rows of features in use are written: the others are still the prior's."""
    used = 1 + len(state.known.places) if state.known else 1
    head = {
        "version": state.version,
        "unit": state.unit,
        "places": dict(state.known.places) if state.known else {},
        "moments": dict(state.known.moments) if state.known else {},
        "lead": astuple(state.lead),
        "beliefs": {
            name: (belief.rewarded, belief.residual, belief.learned)
            for name, belief in state.beliefs.items()
        },
    }
    parts = [
        part
        for belief in state.beliefs.values()
        for mean, cov in (
            (belief.chance, belief.chance_cov),
            (belief.size, belief.size_cov),
        )
        for part in (mean[:used], cov[:used, :used][np.triu_indices(used)])
    ]
    blob = np.concatenate([np.zeros(0), *parts]).astype("<f4").tobytes()
    return json.dumps(head, separators=(",", ":")).encode() + b"\n" + blob


def decode(data: bytes, width: int, pairs: int = 0) -> State:
    """Raises InvalidInput for bytes that are not a state, or one wider than `width`."""
    text, _, blob = data.partition(b"\n")
    try:
        numbers = np.frombuffer(blob, "<f4").astype(np.float64)
        read = _state(json.loads(text), numbers, width)
        return replace(read, known=replace(read.known, pairs=pairs)) if read.known else read
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise InvalidInput("state: these bytes are not a policy's state") from error


def _state(head: dict[str, Any], numbers: Floats, width: int) -> State:
    used = 1 + len(head["places"])
    triangle = used * (used + 1) // 2
    if used > width or numbers.size != 2 * (used + triangle) * len(head["beliefs"]):
        raise ValueError("sizes do not fit")
    moments = {name: (int(n), float(m), float(s)) for name, (n, m, s) in head["moments"].items()}
    rows = numbers.reshape(len(head["beliefs"]), -1)
    beliefs = {
        name: _belief(row, used, width, counts)
        for (name, counts), row in zip(head["beliefs"].items(), rows, strict=True)
    }
    known = Space(width, head["places"], moments) if head["places"] else None
    return State(int(head["version"]), known, float(head["unit"]), beliefs, Lead(*head["lead"]))


def _belief(row: Floats, used: int, width: int, counts: tuple[int, float, int]) -> Belief:
    prior = Belief.prior(width)
    half = row.size // 2
    chance, chance_cov = _gaussian(row[:half], used, prior.chance, prior.chance_cov)
    size, size_cov = _gaussian(row[half:], used, prior.size, prior.size_cov)
    rewarded, residual, learned = counts
    return Belief(chance, chance_cov, size, size_cov, int(rewarded), float(residual), int(learned))


def _gaussian(row: Floats, used: int, mean: Floats, cov: Floats) -> tuple[Floats, Floats]:
    mean, cov = mean.copy(), cov.copy()
    mean[:used] = row[:used]
    upper = np.zeros((used, used))
    upper[np.triu_indices(used)] = row[used:]
    cov[:used, :used] = upper + np.triu(upper, 1).T
    return mean, cov
