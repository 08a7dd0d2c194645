"""A spend history as arrays: what was spent and earned by channel, and what is missing of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from labverse.kernel.errors import FieldError, InvalidInput
from labverse.revenue.arrays import Floats
from labverse.revenue.config import AllocationLimits
from labverse.revenue.plan import Missing

if TYPE_CHECKING:
    from pandas import DataFrame

_COLUMNS = ("date", "channel", "spend", "revenue")


@dataclass(frozen=True)
class Spending:
    """One channel: its periods in order, spend and revenue of each."""

    channel: str
    spend: Floats
    revenue: Floats

    def part(self, first: int, end: int) -> Spending:
        """Periods from `first` up to `end`, which is not among them."""
        return Spending(self.channel, self.spend[first:end], self.revenue[first:end])

    def missing(self, limits: AllocationLimits) -> list[Missing]:
        """Nothing where a curve can be fitted."""
        mean = float(self.spend.mean()) if len(self.spend) else 0.0
        varied = float(self.spend.std()) / mean if mean > 0 else 0.0
        has = (
            ("periods", float(len(self.spend)), float(limits.periods)),
            ("variation of spend", varied, limits.variation),
            ("periods with revenue", float((self.revenue > 0).sum()), limits.periods / 2),
        )
        return [
            Missing(channel=self.channel, what=what, have=have, need=need)
            for what, have, need in has
            if have < need
        ]


def read(history: DataFrame) -> list[Spending]:
    """The channels in order of name; rows of one channel and date add up. Raises InvalidInput."""
    absent = [name for name in _COLUMNS if name not in getattr(history, "columns", ())]
    if absent:
        raise _invalid([FieldError(field=name, message="column is missing") for name in absent])
    spend, revenue = (_numbers(history, name) for name in ("spend", "revenue"))
    errors = _errors(history, spend, revenue)
    if errors:
        raise _invalid(errors)
    summed = (
        history[["date", "channel"]]
        .assign(spend=spend, revenue=revenue)
        .groupby(["channel", "date"], sort=True)[["spend", "revenue"]]
        .sum()
    )
    return [
        Spending(str(name), rows["spend"].to_numpy(), rows["revenue"].to_numpy())
        for name, rows in summed.groupby(level="channel", sort=True)
    ]


def _numbers(history: DataFrame, name: str) -> Floats:
    """The column as floats; what is no number becomes NaN and is reported as such."""
    import pandas  # 0.3 s, which whoever holds a DataFrame has paid already

    column: Any = pandas.to_numeric(history[name], errors="coerce")
    return np.asarray(column, dtype=np.float64)


def _errors(history: DataFrame, spend: Floats, revenue: Floats) -> list[FieldError]:
    bad = (
        ("spend", ~(np.isfinite(spend) & (spend >= 0)), "must be a number from 0"),
        ("revenue", ~np.isfinite(revenue), "must be a number"),
        ("date", history["date"].isna().to_numpy(), "is missing"),
        ("channel", history["channel"].isna().to_numpy(), "is missing"),
    )
    errors = [
        FieldError(field=name, message=f"{message} (rows {_rows(wrong)})")
        for name, wrong, message in bad
        if wrong.any()
    ]
    if not len(spend):
        errors.append(FieldError(field="spend_history", message="has no rows"))
    elif not errors and not spend.sum() > 0:
        errors.append(FieldError(field="spend", message="nothing was ever spent"))
    return errors


def _rows(wrong: Any) -> str:
    at = np.flatnonzero(wrong)
    return ", ".join(map(str, at[:5])) + (", …" if len(at) > 5 else "")


def _invalid(errors: list[FieldError]) -> InvalidInput:
    return InvalidInput("cannot use the spend history", errors)
