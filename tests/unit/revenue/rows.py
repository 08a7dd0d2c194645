"""Daily rows that a test writes down, and those of a company with two channels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from labverse.revenue.daily import Row
from tests.unit.revenue.book import NOW

TODAY = NOW.date()


@dataclass
class Rows:
    """Sums that a test writes down."""

    of: dict[str, list[Row]] = field(default_factory=dict)

    def rows(self, dimension: str) -> list[Row]:
        return self.of.get(dimension, [])

    def paths(self) -> Any:
        raise AssertionError("advice looks at no path")

    def put(self, dimension: str, value: str, day: date, fields: Mapping[str, float]) -> None:
        micros = {name: round(amount * 1e6) for name, amount in fields.items()}
        self.of.setdefault(dimension, []).append(Row(value, day.toordinal(), micros))


def company(days: int = 240, *, skip: int = 0, top: float = 1500.0) -> Rows:
    """`paid` is saturated and `affiliate` is not; yesterday is the last day, or `skip` before."""
    rng, rows = np.random.default_rng(7), Rows()
    curves = {"paid": (900.0, 150.0), "affiliate": (top, 4000.0)}
    for back in range(days + skip, skip, -1):
        day, won = TODAY - timedelta(days=back), 0.0
        for channel, (most, half) in curves.items():
            spend = 1000 * rng.lognormal(0, 0.3)
            mine = most * spend / (half + spend) * rng.lognormal(0, 0.1)
            rows.put("spend", channel, day, {"USD#spend": spend})
            rows.put("channel", channel, day, {"USD#new": mine, "USD#churn": 5})
            won += mine
        rows.put("total", "", day, {"USD#new": won, "USD#churn": 600, "customers": 1e-6})
    return rows
