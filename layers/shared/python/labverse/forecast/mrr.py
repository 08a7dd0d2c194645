"""The use case: MRR for the days ahead, with drivers, and how far to trust it."""

import hashlib
import json
from decimal import Decimal

import numpy as np
import pandas as pd

from labverse.forecast.backtest import backtest
from labverse.forecast.drivers import drivers
from labverse.forecast.ensemble import RECIPE, Ahead, look_ahead
from labverse.forecast.history import History, check_request, read
from labverse.forecast.models import Backtest, Day, Effect, MrrForecast, Origin
from labverse.kernel.errors import FieldError, InvalidInput

ENGINES = ("prophet", "xgboost")
"""Members that need an engine of their own; this recipe does without them and says so."""


_MOST = 1e15  # cents of larger amounts are no longer exact


def forecast_mrr(history: pd.Series, days: int = 90, confidence: float = 0.95) -> MrrForecast:
    """Forecast the `days` after the last day of `history`, as `ensemble.forecast` does.

    Equal arguments give equal answers, byte for byte. Raises InvalidInput.
    """
    check_request(days, confidence)
    known = read(history)
    if np.abs(known.series.values).max() > _MOST:
        told = FieldError(field="history", message=f"holds values beyond {_MOST:.0e}")
        raise InvalidInput("this cannot be forecast", [told])
    ahead = look_ahead(known.series, days + known.behind, confidence)
    effects = sorted(drivers(known.series, ahead).items(), key=lambda item: -abs(item[1]))
    return MrrForecast(
        forecast=_days(known, ahead),
        confidence=confidence,
        key_drivers=tuple(Effect(name=name, effect=_cents(effect)) for name, effect in effects),
        model=_origin(known, ahead, days, confidence),
        as_of=known.last_day.date(),
    )


def _days(known: History, ahead: Ahead) -> tuple[Day, ...]:
    first = known.last_day + pd.Timedelta(days=1)
    rows = list(zip(ahead.point, ahead.low, ahead.high, strict=True))[known.behind :]
    return tuple(
        Day(
            date=(first + pd.Timedelta(days=offset)).date(),
            value=_cents(point),
            low=_cents(low),
            high=_cents(high),
        )
        for offset, (point, low, high) in enumerate(rows)
    )


def _origin(known: History, ahead: Ahead, days: int, confidence: float) -> Origin:
    past = backtest(known.series, days, confidence)
    return Origin(
        recipe=RECIPE,
        digest=digest(known, days, confidence),
        members=tuple(ahead.weights),
        absent=ENGINES,
        weights={name: round(weight, 6) for name, weight in ahead.weights.items()},
        backtest=Backtest(
            origins=past.origins,
            days=past.days,
            mase=None if past.mase is None else round(past.mase, 6),
            coverage=None if past.coverage is None else round(past.coverage, 6),
            bias=None if past.bias is None else _cents(past.bias),
        ),
        filled_days=known.filled,
        repeated_days=known.repeated,
        tamed_days=known.tamed,
    )


def digest(known: History, days: int, confidence: float) -> str:
    """Names exactly what was asked of what: cleaned values, first day, gap, days, confidence."""
    asked = json.dumps([known.series.first_day, known.behind, days, confidence])
    data = known.series.values.astype("<f8").tobytes()
    return hashlib.sha256(asked.encode() + b"\n" + data).hexdigest()


def _cents(amount: float) -> Decimal:
    return Decimal(repr(float(amount))).quantize(Decimal("0.01"))
