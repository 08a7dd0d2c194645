"""What a currency was worth, by day: a dated table, and exact conversion."""

from bisect import bisect_right
from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from labverse.kernel.errors import FieldError, InvalidInput
from labverse.kernel.model import Model
from labverse.revenue.models import Currency

_NANO = 10**9
_Value = Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=9, allow_inf_nan=False)]


class Rate(Model):
    """One unit of `currency` is worth `value` of the base currency, from `since` on."""

    currency: Currency
    since: date
    value: _Value


class Rates(Model):
    """A dated rate table. A rate holds until the next one of its currency."""

    base: Currency = "USD"
    table: tuple[Rate, ...] = ()

    @model_validator(mode="after")
    def _one_a_day(self) -> Self:
        days = [(rate.currency, rate.since) for rate in self.table]
        if len(set(days)) != len(days):
            raise ValueError("a currency has two rates from the same day")
        if any(rate.currency == self.base for rate in self.table):
            raise ValueError(f"{self.base} is the base, its rate is 1")
        return self

    def by_day(self, currency: str, first: int, days: int) -> list[int]:
        """Worth in 10^-9 of the base on each day from ordinal `first`. Raises InvalidInput."""
        if currency == self.base:
            return [_NANO] * days
        known = sorted(
            (rate.since.toordinal(), int(rate.value.scaleb(9)))
            for rate in self.table
            if rate.currency == currency
        )
        at = [bisect_right(known, (day, _NANO**3)) - 1 for day in range(first, first + days)]
        if at[0] < 0:
            message = f"no rate of {currency} on {date.fromordinal(first)}"
            raise InvalidInput("cannot convert", [FieldError(field="rates", message=message)])
        return [known[index][1] for index in at]


def converted(micros: int, nanos: int) -> int:
    """`micros` at a rate in 10^-9, rounded half to even: no side gains from rounding."""
    whole, rest = divmod(micros * nanos, _NANO)
    half = 2 * rest - _NANO
    return whole + (half > 0 or (half == 0 and whole % 2 == 1))
