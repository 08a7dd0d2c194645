"""Positions in full, small enough to be worked out by hand."""

from copy import deepcopy
from datetime import UTC, datetime
from itertools import product
from typing import Any

GOAL = "A month of reach"


def issue(name: str, *values: Any, **members: Any) -> dict[str, Any]:
    return {"name": name, "values": list(values), **members}


def position(agent: str, utilities: list[list[float]], **members: Any) -> dict[str, Any]:
    """Reserve 0 in every scenario; `utilities` [scenario][outcome], as of now, in dollars."""
    return {
        "agent": agent,
        "currency": "USD",
        "unit": "major",
        "as_of": datetime.now(UTC).isoformat(),
        "utilities": utilities,
        "reserve": [0] * len(utilities),
        **members,
    }


def tabled(agent: str, *tables: list[list[float]], **members: Any) -> dict[str, Any]:
    """The same with utilities that add up: [value][scenario] of each issue."""
    made = position(agent, [[0]] * len(tables[0][0]), tables=list(tables), **members)
    del made["utilities"]
    return made


def request(
    issues: list[dict[str, Any]], positions: list[dict[str, Any]], **members: Any
) -> dict[str, Any]:
    """Scenarios are equally likely, and risk does not count."""
    s = len(positions[0].get("reserve", [0]))
    return {
        "goal": GOAL,
        "issues": issues,
        "positions": positions,
        "scenarios": {"probabilities": [1 / s] * s},
        "risk_aversion": 0,
        **members,
    }


def three_prices(*buyer: float) -> dict[str, Any]:
    """A buyer and a seller over three prices, two scenarios; the seller gains 1, 2, 3."""
    gains = list(buyer or (3, 2, 1))
    return request(
        [issue("price", 5, 6.5, 8)],
        [position("buyer", [gains, gains]), position("seller", [[1, 2, 3]] * 2)],
    )


def changed(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with `value` at the dotted path; None removes what is there."""
    made = deepcopy(body)
    *way, last = path.split(".")
    there: Any = made
    for name in way:
        there = there[int(name)] if isinstance(there, list) else there[name]
    key: Any = int(last) if isinstance(there, list) else last
    if value is None:
        del there[key]
    else:
        there[key] = value
    return made


def outcomes(*sizes: int) -> list[tuple[int, ...]]:
    """All, in C order."""
    return list(product(*map(range, sizes)))
