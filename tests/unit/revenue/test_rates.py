"""Currencies: valued day by day, and nothing left behind by a customer who has left."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from labverse.kernel.errors import InvalidInput
from labverse.revenue.ledger import rollup
from labverse.revenue.rates import Rate, Rates, converted
from tests.unit.revenue.events import moved


def rate(currency: str, day: int, value: str) -> Rate:
    return Rate(currency=currency, since=date(2026, 1, day), value=Decimal(value))


RATES = Rates(table=(rate("EUR", 3, "1.2"), rate("EUR", 1, "1.1"), rate("JPY", 1, "0.0064")))


def test_each_day_at_its_own_rate() -> None:
    events = [
        moved("1", "new", "100", 0, currency="EUR"),
        moved("2", "churn", "100", 3, currency="EUR"),
        moved("3", "new", "5000", 1, customer="d", currency="JPY"),
    ]
    found = rollup(events, RATES).total
    assert found is not None
    days = found.days()
    assert [day.mrr for day in days] == [Decimal(110), Decimal(142), Decimal(152), Decimal(32)]
    assert [day.revaluation for day in days] == [0, 0, 10, 0]
    assert [day.churn for day in days] == [0, 0, 0, 120]
    assert [day.customers for day in days] == [1, 2, 2, 1]


def test_a_customer_of_two_currencies_is_one_customer() -> None:
    events = [moved("1", "new", "1", currency="EUR"), moved("2", "new", "1")]
    found = rollup(events, RATES).total
    assert found is not None
    assert found.customers == (1,)


def test_a_missing_rate_is_named() -> None:
    early = Rates(table=(rate("EUR", 2, "1.2"),))
    for rates in (Rates(), early):
        with pytest.raises(InvalidInput, match="no rate of EUR on 2026-01-01"):
            rollup([moved("1", "new", "100", currency="EUR")], rates)


@pytest.mark.parametrize(
    "table", [(rate("EUR", 1, "1"), rate("EUR", 1, "2")), (rate("USD", 1, "1"),)]
)
def test_a_table_that_says_two_things_is_refused(table: tuple[Rate, ...]) -> None:
    with pytest.raises(ValidationError):
        Rates(table=table)


@given(st.integers(0, 10**18), st.integers(1, 10**18))
def test_conversion_rounds_half_to_even(micros: int, nanos: int) -> None:
    assert converted(micros, nanos) == round(Fraction(micros * nanos, 10**9))
    assert converted(-micros, nanos) == -converted(micros, nanos)
