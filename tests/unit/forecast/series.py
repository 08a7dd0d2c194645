"""Daily series with a known law, made from a seed."""

import numpy as np
import pandas as pd

from labverse.forecast.arrays import Floats


def daily(values: object, start: str = "2024-01-01") -> pd.Series:
    data = np.asarray(values, dtype=np.float64)
    return pd.Series(data, index=pd.date_range(start, periods=len(data), freq="D"))


def flow(seed: int, days: int) -> Floats:
    """Orders a day: weekdays, time of year, noise that lingers."""
    rng = np.random.default_rng(seed)
    place = np.arange(days)
    year = 20 * np.sin(2 * np.pi * (place / 365.25 + rng.random()))
    week = rng.normal(0, 8, 7)[place % 7]
    noise = np.zeros(days)
    for day in range(1, days):
        noise[day] = 0.6 * noise[day - 1] + rng.normal(0, 6)
    return np.asarray(150 + year + week + noise)


def ledger(seed: int, days: int) -> Floats:
    """MRR: what is there, plus sign-ups whose rate wanders, less a share that leaves."""
    rng = np.random.default_rng(1000 + seed)
    rate, churn = rng.uniform(100, 900), rng.uniform(0.0005, 0.0015)
    mrr = np.empty(days)
    mrr[0] = rate / churn * rng.uniform(0.2, 0.8)
    pull = 0.0
    for day in range(1, days):
        pull = 0.98 * pull + rng.normal(0, 0.06)
        mrr[day] = mrr[day - 1] * (1 - churn) + rate * np.exp(pull) * rng.gamma(4, 0.25)
    return mrr
