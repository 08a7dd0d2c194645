"""Prices to the micro-dollar: worked by hand here, and never zero by accident."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.route.models import Tokens
from labverse.route.pricing import Price

MINI = Price.model_validate({"input": "0.15", "cached_input": "0.075", "output": "0.60"})
PLAIN = Price.model_validate({"input": "0.20", "output": "2.00"})
TIERED = Price.model_validate(
    {
        "input": "0.10",
        "cached_input": "0.01",
        "output": "0.50",
        "tiers": [
            {
                "above_input_tokens": 272_000,
                "input": "0.20",
                "cached_input": "0.02",
                "output": "0.75",
            }
        ],
    }
)


@pytest.mark.parametrize(
    ("price", "tokens", "dollars"),
    [
        (MINI, (1000, 0, 300), "0.000330"),
        (MINI, (1000, 1000, 300), "0.000255"),
        (MINI, (1000, 400, 0), "0.000120"),
        (MINI, (3, 0, 0), "0.000000"),
        (MINI, (4, 0, 0), "0.000001"),
        (MINI, (1_000_000, 0, 1_000_000), "0.750000"),
        (PLAIN, (1000, 500, 10), "0.000220"),
        (PLAIN, (0, 0, 1), "0.000002"),
        (TIERED, (272_000, 0, 1000), "0.027700"),
        (TIERED, (272_001, 0, 1000), "0.055150"),
        (TIERED, (300_000, 100_000, 1000), "0.042750"),
        (MINI, (10, 99, 0), "0.000001"),
    ],
)
def test_worked_examples(price: Price, tokens: tuple[int, int, int], dollars: str) -> None:
    count = Tokens(input=tokens[0], cached_input=tokens[1], output=tokens[2])
    assert price.cost(count) == Decimal(dollars)


@pytest.mark.parametrize("missing", ["input", "output"])
def test_an_unknown_count_is_an_error_not_zero(missing: str) -> None:
    count = Tokens(input=1, cached_input=None, output=1).model_copy(update={missing: None})
    with pytest.raises(ValueError, match="did not count"):
        MINI.cost(count)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**5))
def test_cached_input_never_costs_more(input_: int, cached: int, output: int) -> None:
    full = MINI.cost(Tokens(input=input_, cached_input=0, output=output))
    assert MINI.cost(Tokens(input=input_, cached_input=cached, output=output)) <= full


@given(st.integers(0, 10_000), st.decimals("0", "0.02", places=6))
def test_the_affordable_output_is_affordable_and_one_more_is_not(
    input_: int, limit: Decimal
) -> None:
    most = MINI.affordable_output(input_, limit)
    if most >= 0:
        exact = (input_ * MINI.input + most * MINI.output) / 1_000_000
        assert exact <= limit < exact + MINI.output / 1_000_000
