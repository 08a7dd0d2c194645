"""Customers as counts: what transactions say about each, once the details no longer matter."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from labverse.kernel.errors import InvalidInput
from labverse.upsell.arrays import Floats


class History(NamedTuple):
    """By customer, in the order of `customers`. Times in days."""

    customers: pd.Index
    repeats: Floats
    """Days with a purchase, after the first one."""
    recency: Floats
    """From the first purchase to the last."""
    age: Floats
    """From the first purchase to the end of the record."""
    mean_repeat: Floats
    """Mean amount of the repeat days; 0 without any."""
    total: Floats

    def part(self, rows: slice) -> "History":
        """Of some of the customers."""
        return History(
            self.customers[rows],
            self.repeats[rows],
            self.recency[rows],
            self.age[rows],
            self.mean_repeat[rows],
            self.total[rows],
        )


def history(transactions: pd.DataFrame, as_of: pd.Timestamp | None = None) -> History:
    """Count. `as_of` is the end of the record, by default the last day in it; later rows are left.

    Purchases of one day are one purchase. Raises InvalidInput for missing columns or bad values.
    """
    days = _days(transactions)
    end = days["date"].max() if as_of is None else pd.Timestamp(as_of).normalize()
    days = days[days["date"] <= end]
    if days.empty:
        raise InvalidInput("transactions: none on or before as_of")
    grouped = days.groupby("customer", sort=True)
    first, last = grouped["date"].min(), grouped["date"].max()
    total = np.asarray(grouped["amount"].sum(), dtype=np.float64)
    repeats = np.asarray(grouped.size(), dtype=np.float64) - 1
    opening = np.asarray(days.sort_values("date").groupby("customer", sort=True)["amount"].first())
    mean_repeat = np.where(repeats > 0, (total - opening) / np.maximum(repeats, 1), 0.0)
    recency = np.asarray((last - first).dt.days, dtype=np.float64)
    age = np.asarray((end - first).dt.days, dtype=np.float64)
    return History(first.index, repeats, recency, age, mean_repeat, total)


def _days(transactions: pd.DataFrame) -> pd.DataFrame:
    if missing := {"customer", "date", "amount"} - set(transactions.columns):
        raise InvalidInput(f"transactions: no column {', '.join(sorted(missing))}")
    dates = pd.to_datetime(transactions["date"], errors="coerce").dt.normalize()
    amounts = pd.to_numeric(transactions["amount"], errors="coerce")
    if (
        dates.isna().any()
        or not np.isfinite(amounts).all()
        or transactions["customer"].isna().any()
    ):
        raise InvalidInput("transactions: customers, dates and amounts must all be readable")
    frame = pd.DataFrame({"customer": transactions["customer"], "date": dates, "amount": amounts})
    return frame.groupby(["customer", "date"])["amount"].sum().reset_index()
