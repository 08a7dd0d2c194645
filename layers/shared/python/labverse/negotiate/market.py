"""Scenarios: joint draws of rates and prices from the forecast, with what we doubt about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from labverse.negotiate.arrays import Floats

if TYPE_CHECKING:  # nothing here needs pydantic
    from labverse.negotiate.config import ChannelProfile, Uncertain

VARIABLES = ("market_cpm", "ctr", "cvr", "lifetime_value", "buying_cpm")
_RATES = ("ctr", "cvr")
_ALMOST_ALL = 0.999
Market = Mapping[str, Mapping[str, Floats]]
"""By platform and variable, (S,)."""


def draw(
    profiles: Mapping[str, ChannelProfile], correlation: float, seed: int, scenarios: int
) -> Market:
    """Log-normal draws; any two variables' logarithms have that correlation within a period.

    Doubt about a median is drawn first, then the period (nested): else intervals would be of the
    simulator only. The same seed and profiles give the same scenarios.
    """
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
    count = len(profiles) * len(VARIABLES)
    # So many variables cannot all move against each other by more than this.
    matrix = np.full((count, count), max(correlation, -1 / count))
    np.fill_diagonal(matrix, 1.0)
    shock = np.linalg.cholesky(matrix) @ generator.standard_normal((count, scenarios))
    doubt = generator.standard_normal((count, scenarios))
    rows = iter(zip(shock, doubt, strict=True))
    return {
        name: {
            variable: _values(variable, getattr(profile, variable), *next(rows))
            for variable in VARIABLES
        }
        for name, profile in profiles.items()
    }


def _values(variable: str, forecast: Uncertain, shock: Floats, doubt: Floats) -> Floats:
    drawn: Floats = forecast.median * np.exp(forecast.spread * shock + forecast.doubt * doubt)
    return np.minimum(drawn, _ALMOST_ALL) if variable in _RATES else drawn
