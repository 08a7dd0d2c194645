"""Money at the edge: exact both ways, or refused by name."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from labverse.kernel.model import Model
from labverse.kernel.money import Usd


class Priced(Model):
    cost_usd: Usd


@given(st.integers(0, 10**15 - 1))
def test_every_amount_survives_json(micro: int) -> None:
    amount = Decimal(micro) / 1_000_000
    text = Priced(cost_usd=amount).model_dump_json()
    assert Priced.model_validate_json(text).cost_usd == amount
    # And through a reader that knows only doubles, as every JSON reader may.
    assert Decimal(str(json.loads(text)["cost_usd"])) == amount


@pytest.mark.parametrize("given", [0.000001, "0.000001", "1E-6"])
def test_numbers_and_strings_mean_the_same(given: float | str) -> None:
    assert Priced.model_validate({"cost_usd": given}).cost_usd == Decimal("0.000001")


@pytest.mark.parametrize("given", [-1, 0.0000001, "NaN", "Infinity", 10**9, "x"])
def test_what_is_not_an_amount_is_refused(given: object) -> None:
    with pytest.raises(ValidationError, match="cost_usd"):
        Priced.model_validate({"cost_usd": given})
