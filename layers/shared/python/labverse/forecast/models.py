"""A published forecast of MRR: figures, what moves them, and how such forecasts did before."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer, WithJsonSchema

from labverse.kernel.model import Model

Amount = Annotated[
    Decimal,
    Field(decimal_places=2, allow_inf_nan=False),
    PlainSerializer(float, return_type=float, when_used="json"),
    WithJsonSchema({"type": "number", "description": "In the history's currency, to the cent."}),
]
"""Money that may be negative: effects, and forecasts of what can fall below 0."""

Driver = Literal["trend", "weekday", "time_of_year", "learnt_changes", "other_models"]


class Day(Model):
    """One day ahead."""

    date: date
    value: Amount
    low: Amount
    high: Amount


class Effect(Model):
    """By how much one cause moves the last week of the forecast against the last week known."""

    name: Driver
    effect: Amount


class Backtest(Model):
    """The same ensemble on days it had not seen; all None where the history is too short."""

    origins: int = Field(ge=0, description="How many past days it forecast from.")
    days: int = Field(ge=0, description="How many days ahead of each.")
    mase: float | None = Field(default=None, description="1 is the error of last week's value.")
    coverage: float | None = Field(default=None, description="Share of days inside the interval.")
    bias: Amount | None = Field(default=None, description="Mean of forecast less actual.")


class Origin(Model):
    """What the forecast was made from and by, so that anyone can make it again."""

    recipe: str
    digest: str = Field(description="SHA-256 of history, days and confidence.")
    members: tuple[str, ...]
    absent: tuple[str, ...] = Field(description="Members that this installation lacks.")
    weights: dict[str, float]
    backtest: Backtest
    filled_days: int = Field(ge=0, description="Days without a value that were filled.")
    repeated_days: int = Field(ge=0, description="Values dropped for a later one of the same day.")
    tamed_days: int = Field(ge=0, description="Single wild days that were replaced.")


class MrrForecast(Model):
    """The answer of `forecast_mrr`."""

    forecast: tuple[Day, ...]
    confidence: float
    key_drivers: tuple[Effect, ...] = Field(description="Largest first; they add up to the change.")
    model: Origin
    as_of: date
