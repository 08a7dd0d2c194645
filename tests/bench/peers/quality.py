"""How well a system's score of a prompt tells that the strong model is worth its price.

The data is a file of the user's (see tests/bench/routing_data.py): it is in no repository of ours.
"""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench.routing_data import Row, apgr, bootstrap, folds, load, order


def scores(name: str, path: Path) -> list[float]:
    """One score a prompt, in the order of the file. Raises KeyError: it has none."""
    return _SCORES[name](load(path))


def judged(rows: Sequence[Row], found: Sequence[float], draws: int) -> dict[str, float]:
    """APGR, and what it is above that of length and of dice: bounds of a paired bootstrap."""
    gains = [row.gain for row in rows]
    rng = random.Random(0)
    others = {"length": _length(rows), "random": [rng.random() for _ in rows]}
    told = {"prompts": float(len(rows)), "apgr": apgr(order(found), gains, [1] * len(rows))}
    for name, other in others.items():
        told[f"over_{name}_low"], told[f"over_{name}_high"] = bootstrap(
            found, other, gains, draws, seed=1
        )
    return told


def _length(rows: Sequence[Row]) -> list[float]:
    return [float(len(row.prompt)) for row in rows]


def _ours(rows: Sequence[Row]) -> list[float]:
    """Each prompt by weights that were fitted without its subject."""
    from tests.bench.complexity import held_out
    from tests.bench.fit_complexity import Fitter

    fitter = Fitter(rows)
    return held_out(rows, fitter, folds(rows, len(fitter.sums), seed=0))


def _litellm(rows: Sequence[Row]) -> list[float]:
    from tests.bench.peers.litellm_router import complexities

    return complexities([row.prompt for row in rows])


_SCORES: dict[str, Callable[[Sequence[Row]], list[float]]] = {
    "length": _length,
    "labverse": _ours,
    "litellm": _litellm,
}
