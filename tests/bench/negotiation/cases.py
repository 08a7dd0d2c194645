"""Negotiations made from a seed, in the sizes that the solver is held to."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from labverse.negotiate.problem import Problem

POLICY = Path("config/policy/negotiate.json")
WORST: dict[str, Any] = {"risk_aversion": 0.2, "tail": 0.0}
CVAR: dict[str, Any] = {"risk_aversion": 0.2, "tail": 0.1}
MILLION = (10,) * 6


def additive(agents: int, sizes: tuple[int, ...], scenarios: int, **members: Any) -> Problem:
    """Utilities with a part that all scenarios share; `loose` moves the reserve down."""
    rng = np.random.default_rng(members.pop("seed", 1))
    loose, even = members.pop("loose", 1.0), not members.pop("uneven", False)
    world = rng.normal(0, 0.3, scenarios)
    tables = [
        [rng.normal(0, 1, (k, 1)) * (1 + world) + rng.normal(0, 0.4, (k, scenarios)) for k in sizes]
        for _ in range(agents)
    ]
    reserve = rng.normal(-loose, 0.3, (agents, scenarios))
    p = np.full(scenarios, 1 / scenarios) if even else rng.dirichlet(np.ones(scenarios))
    return Problem(sizes, p, reserve, tables=tables, **members)


def written_out(given: Problem) -> Problem:
    """The same with its (n, S, X) tensor."""
    whole = []
    for table in given.tables:
        total = np.asarray(table[0])
        for part in table[1:]:
            total = (total[:, None] + part[None]).reshape(-1, total.shape[-1])
        whole.append(np.ascontiguousarray(total.T))
    return replace(given, tables=None, utilities=np.stack(whole))


def platforms() -> Problem:
    """The request of the README: 6,912 outcomes, two agents, 200 scenarios."""
    from labverse.negotiate.config import NegotiatePolicy
    from labverse.negotiate.syndication import syndication

    policy = NegotiatePolicy.model_validate_json(POLICY.read_text(encoding="utf-8"))
    return syndication(policy, policy.goals[0], ["tiktok", "spotify"], 1).problem


@dataclass(frozen=True)
class Case:
    """A problem, and what one solution of it may cost."""

    make: Callable[[], Problem]
    cpu_ms: float
    rss_mb: float | None = 250.0


def _sized(
    agents: int, sizes: tuple[int, ...], scenarios: int, cpu_ms: float, **members: Any
) -> Case:
    return Case(lambda: additive(agents, sizes, scenarios, **members), cpu_ms)


def _whole(agents: int, sizes: tuple[int, ...], scenarios: int, cpu_ms: float) -> Case:
    return Case(lambda: written_out(additive(agents, sizes, scenarios, **CVAR)), cpu_ms, None)


def cases() -> dict[str, Case]:
    """By name."""
    found = {
        "platforms 6912x2x200": Case(platforms, 30),
        "1e5x4x100 worst": _sized(4, (10,) * 5, 100, 50, **WORST),
        "1e5x4x100 cvar": _sized(4, (10,) * 5, 100, 50, **CVAR),
        "1e5x4x100 cvar uneven": _sized(4, (10,) * 5, 100, 50, uneven=True, **CVAR),
        "1e5x8x100 cvar": _sized(8, (10,) * 5, 100, 100, loose=2.5, **CVAR),
        "1e5x4x100 cvar dense": _whole(4, (10,) * 5, 100, 100),
    }
    for loose in (0.2, 1.0, 2.5, 6.0):
        found[f"1e6x4x100 worst, loose {loose}"] = _sized(
            4, MILLION, 100, 200, loose=loose, **WORST
        )
        found[f"1e6x4x100 cvar, loose {loose}"] = _sized(4, MILLION, 100, 350, loose=loose, **CVAR)
    found |= {
        "1e6x4x100 savage": _sized(4, MILLION, 100, 200, risk_aversion=1.0, tail=0.0),
        "1e6x4x100 cvar uneven": _sized(4, MILLION, 100, 350, uneven=True, **CVAR),
        "1e6x4x100 cvar, 100x10000": _sized(4, (100, 10000), 100, 350, **CVAR),
        "1e6x4x100 cvar, 2^20": _sized(4, (2,) * 20, 100, 350, **CVAR),
        "1e6x4x1000 worst": _sized(4, MILLION, 1000, 600, loose=2.5, **WORST),
        "1e6x4x1000 cvar": _sized(4, MILLION, 1000, 600, loose=2.5, **CVAR),
        "1e6x4x1000 cvar tight": _sized(4, MILLION, 1000, 600, loose=0.2, **CVAR),
    }
    for n in (2, 3, 4):
        for scenarios in (20, 50):
            for aversion in (0.2, 1.0):
                found[f"1e10x{n}x{scenarios}, {aversion}"] = _sized(
                    n, (10,) * 10, scenarios, 1000, risk_aversion=aversion
                )
                found[f"1e20x{n}x{scenarios}, {aversion}"] = _sized(
                    n, (10,) * 20, scenarios, 5000, risk_aversion=aversion
                )
    return found
