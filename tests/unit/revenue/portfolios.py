"""Portfolios whose response curves we know: what a plan is worth can be read off, not estimated."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from labverse.revenue.search import best_moves

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """How noisy and how varied a history is. `organic`: revenue that no spend brings, if any."""

    periods: int
    noise: float
    kind: Literal["times", "plus"]
    variation: float
    organic: float = 0.0
    misplaced: float = 1.0
    """Spread of the log of the half-saturation over what is spent: how wrong today's split is."""


@dataclass(frozen=True)
class Portfolio:
    """Hill curves by channel, today's spend, and a history drawn around it."""

    halves: Floats
    shapes: Floats
    tops: Floats
    organic: Floats
    spend: Floats
    history: pd.DataFrame

    def revenue(self, spend: Floats) -> float:
        """What `spend` by channel truly returns."""
        return float(_hill(spend, self).sum())

    def best(self) -> float:
        """The most that today's total returns, in steps of 1 % of it."""
        step = self.spend.sum() / 100
        ranges = [range(-int(at / step), 101) for at in self.spend]
        values = []
        for j, moves in enumerate(ranges):
            spends = np.tile(self.spend, (len(moves), 1))
            spends[:, j] += step * np.array(moves)
            values.append(_hill(np.maximum(spends, 0), self)[:, j])
        moved = best_moves(values, ranges, 100)
        return self.revenue(np.maximum(self.spend + step * np.array(moved), 0))


def portfolio(seed: int, world: World) -> Portfolio:
    """Three to six channels, drawn by seed."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 7))
    spend = rng.lognormal(np.log(1000), 0.5, n)
    halves = spend * rng.lognormal(0, world.misplaced, n)
    drawn = Portfolio(
        halves,
        rng.uniform(0.6, 2.0, n),
        spend * rng.lognormal(np.log(4), 0.6, n),
        world.organic * spend * rng.uniform(0, 2, n),
        spend,
        pd.DataFrame(),
    )
    spread = world.variation
    spends = spend * rng.lognormal(-(spread**2) / 2, spread, (world.periods, n))
    truth = _hill(spends, drawn)
    if world.kind == "times":
        seen = truth * rng.lognormal(-(world.noise**2) / 2, world.noise, truth.shape)
    else:
        seen = np.maximum(truth + rng.normal(0, world.noise, truth.shape) * truth.mean(0), 0)
    return replace(drawn, history=frame(spends, seen))


def frame(spends: Floats, revenues: Floats) -> pd.DataFrame:
    """A history of daily rows from (periods, channels)."""
    periods, n = spends.shape
    return pd.DataFrame(
        {
            "date": np.repeat(pd.date_range("2026-01-01", periods=periods), n),
            "channel": np.tile([f"channel-{j}" for j in range(n)], periods),
            "spend": spends.ravel(),
            "revenue": revenues.ravel(),
        }
    )


def _hill(spend: Floats, of: Portfolio) -> Floats:
    bent = spend**of.shapes
    return np.asarray(of.organic + of.tops * bent / (of.halves**of.shapes + bent))
