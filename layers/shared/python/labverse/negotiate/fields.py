"""One check per field of a problem. Each raises Faulty with the field's name and what is wrong."""

from collections.abc import Sequence
from math import isfinite, prod
from typing import Any

import numpy as np

from labverse.negotiate.arrays import Bools, Floats
from labverse.negotiate.problem import Problem

_SUM = 1e-6  # how far probabilities may be from 1


class Faulty(Exception):
    """A field and what is wrong with it. Caught where the problem is read, never passed on."""


def sizes(given: Any) -> tuple[int, ...]:
    """At least one issue, each with at least one value."""
    for place, size in enumerate(listed("sizes: must be at least one whole number", given)):
        if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
            raise Faulty(f"sizes[{place}]: must be a whole number above 0")
    return tuple(int(size) for size in given)


def listed(fault: str, given: Any, length: int | None = None) -> list[Any]:
    """The members of a list, tuple or array that is not empty (and of that length)."""
    real = isinstance(given, list | tuple) or (isinstance(given, np.ndarray) and given.ndim > 0)
    if not real or not len(given) or (length is not None and len(given) != length):
        raise Faulty(fault)
    return list(given)


def array(name: str, given: Any, dimensions: int) -> Floats:
    """Finite numbers of that many dimensions."""
    found = numbers(name, given, dimensions)
    if not np.isfinite(found).all():
        at = [int(place) for place in np.argwhere(~np.isfinite(found))[0]]
        raise Faulty(f"{name}{at}: must be a finite number")
    return found


def numbers(name: str, given: Any, dimensions: int) -> Floats:
    """Numbers of that many dimensions, not copied where they are float64 already."""
    try:
        raw = np.asarray(given)
        if raw.dtype.kind not in "iuf":
            raise Faulty(f"{name}: must hold real numbers only")
        found: Floats = np.asarray(raw, dtype=np.float64)
    except (ValueError, TypeError, OverflowError) as error:
        raise Faulty(f"{name}: is not an array of numbers ({error})") from error
    if found.ndim != dimensions:
        raise Faulty(f"{name}: must have {dimensions} dimensions, has {found.ndim}")
    if found.size == 0:
        raise Faulty(f"{name}: is empty")
    return found


def probabilities(given: Any) -> Floats:
    """None below 0, and their sum 1."""
    found = array("probabilities", given, 1)
    if (found < 0).any():
        raise Faulty(f"probabilities[{int(np.argmax(found < 0))}]: must not be negative")
    if abs(found.sum() - 1) > _SUM:
        raise Faulty(f"probabilities: must sum to 1, sum to {float(found.sum())!r}")
    return found


def reserve(given: Any, scenarios: int | None) -> Floats:
    """Two agents or more."""
    found = array("reserve", given, 2)
    if len(found) < 2:
        raise Faulty("reserve: there must be at least two agents")
    if scenarios is not None and found.shape[1] != scenarios:
        raise Faulty(f"reserve: must have {scenarios} scenarios per agent, has {found.shape[1]}")
    return found


def number(name: str, given: Any, low: float, high: float = float("inf")) -> float:
    """A finite real number in [low, high]."""
    real = isinstance(given, int | float | np.integer | np.floating) and not isinstance(given, bool)
    if not real or not isfinite(given) or not low <= given <= high:
        limit = f"in [{low:g}, {high:g}]" if high < float("inf") else f"at least {low:g}"
        raise Faulty(f"{name}: must be a number {limit}")
    return float(given)


def flag(name: str, given: Any) -> bool:
    """True or False."""
    if not isinstance(given, bool | np.bool_):
        raise Faulty(f"{name}: must be true or false")
    return bool(given)


def weights(given: Any, agents: int) -> Floats:
    """One above 0 per agent; ones when absent."""
    if given is None:
        return np.ones(agents)
    found = array("weights", given, 1)
    if found.size != agents:
        raise Faulty(f"weights: must be {agents} numbers")
    if (found <= 0).any():
        raise Faulty(f"weights[{int(np.argmax(found <= 0))}]: must be above 0")
    return found


def owner(given: Any, issues: int, agents: int) -> tuple[int, ...]:
    """An agent or -1 per issue; joint when absent."""
    if given is None:
        return (-1,) * issues
    found = array("owner", given, 1)
    if found.size != issues:
        raise Faulty(f"owner: must be {issues} agents, one per issue")
    for place, agent in enumerate(found):
        if agent not in range(-1, agents):
            raise Faulty(f"owner[{place}]: must be an agent from 0 to {agents - 1}, or -1")
    return tuple(int(agent) for agent in found)


def whole(given: Any) -> bool:
    """Whether costs are one number per outcome, told from their form alone."""
    if isinstance(given, np.ndarray):
        return given.ndim == 1 and given.dtype != object
    return isinstance(given, list | tuple) and len(given) > 0 and np.ndim(given[0]) == 0


def costs(given: Any, sizes: Sequence[int]) -> list[Floats] | Floats:
    """Per issue, or one per outcome (alone, or as the only one of a list)."""
    wrong = "cost: must be one array per issue, or one number per outcome"
    parts = [given] if whole(given) else listed(wrong, given)
    if len(parts) == len(sizes):
        found = [array(f"cost[{place}]", part, 1) for place, part in enumerate(parts)]
        if all(part.size == size for part, size in zip(found, sizes, strict=True)):
            return found
    if len(parts) == 1:
        each = array("cost", parts[0], 1)
        if each.size == prod(sizes):
            return each
    raise Faulty(wrong)


def tables(given: Any, sizes: Sequence[int], agents: int, scenarios: int) -> list[list[Floats]]:
    """Per agent and issue (size, S)."""
    found: list[list[Floats]] = []
    for agent, row in enumerate(listed(f"tables: must be {agents} lists", given, agents)):
        row = listed(f"tables[{agent}]: must be {len(sizes)} arrays", row, len(sizes))
        found.append(
            [array(f"tables[{agent}][{place}]", part, 2) for place, part in enumerate(row)]
        )
        for place, (part, size) in enumerate(zip(found[-1], sizes, strict=True)):
            if part.shape != (size, scenarios):
                raise Faulty(f"tables[{agent}][{place}]: must have shape ({size}, {scenarios})")
    return found


def utilities(given: Any, shape: tuple[int, int, int]) -> Floats:
    """(n, S, X). That all are finite is seen where their means are formed: one pass is enough."""
    found = numbers("utilities", given, 3)
    if found.shape != shape:
        raise Faulty(f"utilities: must have shape {shape}, has {found.shape}")
    return found


def allowed(cost: list[Floats] | Floats, budget: float) -> Bools:
    """Which outcomes, in C order, cost no more than the budget, but for rounding."""
    total = cost if isinstance(cost, np.ndarray) else added(cost)
    slack: float = 1e-12 * max(abs(budget), float(abs(total).max()))
    return total <= budget + slack


def added(parts: Sequence[Floats]) -> Floats:
    """Every sum of one entry of each array, in C order; axes after the first stay as they are."""
    total = parts[0]
    for part in parts[1:]:
        total = (total[:, None] + part[None, :]).reshape(-1, *part.shape[1:])
    return total


def forms(problem: Problem) -> None:
    """Utilities are given in one of the two ways, and a budget has costs to limit."""
    if (problem.tables is None) == (problem.utilities is None):
        raise Faulty("utilities: give either tables or utilities")
    if problem.budget is not None and problem.cost is None:
        raise Faulty("cost: a budget needs costs")
