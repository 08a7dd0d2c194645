"""Price vectors: tokens in, micro-dollars out, worked out with fractions away from the code.

Prices are the vendors' of November 2026, and one list that has everything at once: cached input,
reasoning, and tiers that say less than the list does.
"""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from labverse.route.limits import micro, usd
from labverse.route.models import Tokens
from labverse.route.pricing import Price

PRICES: dict[str, dict[str, Any]] = {
    "qwen3.8-flash": {"input": "0.15", "cached_input": "0.016", "output": "0.47"},
    "qwen-turbo": {"input": "0.05", "output": "0.20", "reasoning": "0.50"},
    "gpt-4o-mini": {"input": "0.15", "cached_input": "0.075", "output": "0.60"},
    "gpt-6-luna": {
        "input": "0.10",
        "cached_input": "0.01",
        "output": "0.50",
        "tiers": [
            {
                "above_input_tokens": 272000,
                "input": "0.20",
                "cached_input": "0.02",
                "output": "0.75",
            }
        ],
    },
    "claude-sonnet-5-5": {"input": "2", "cached_input": "0.10", "output": "10"},
    "moonshot-v1-8k": {"input": "0.20", "output": "2.00"},
    "kimi-k2.6": {"input": "0.95", "cached_input": "0.16", "output": "4.00"},
    "three-tiers": {
        "input": "1",
        "cached_input": "0.25",
        "output": "4",
        "reasoning": "6",
        "tiers": [
            {"above_input_tokens": 32000, "input": "2", "output": "8"},
            {
                "above_input_tokens": 128000,
                "input": "3.3",
                "cached_input": "0.7",
                "output": "12.1",
                "reasoning": "20",
            },
        ],
    },
}
# Model; input, cached of it, output, reasoning of it; micro-dollars.
VECTORS: list[tuple[str, tuple[int, int, int, int], int]] = [
    ("qwen3.8-flash", (1_000, 0, 300, 0), 291),
    ("qwen3.8-flash", (1_000, 1_000, 300, 0), 157),
    ("qwen3.8-flash", (1_000, 250, 300, 100), 258),
    ("qwen3.8-flash", (1, 0, 0, 0), 0),
    ("qwen3.8-flash", (4, 0, 0, 0), 1),
    ("qwen3.8-flash", (7, 7, 1, 0), 1),
    ("qwen3.8-flash", (123_456, 65_432, 4_096, 0), 11_676),
    ("qwen-turbo", (1_000, 0, 300, 0), 110),
    ("qwen-turbo", (1_000, 0, 300, 300), 200),
    ("qwen-turbo", (1_000, 0, 300, 120), 146),
    ("qwen-turbo", (10, 10, 1, 1), 1),
    ("qwen-turbo", (131_072, 0, 8_192, 8_000), 10_592),
    ("qwen-turbo", (9, 0, 0, 0), 0),
    ("gpt-4o-mini", (1_000, 0, 300, 0), 330),
    ("gpt-4o-mini", (1_000, 1_000, 300, 0), 255),
    ("gpt-4o-mini", (1_024, 512, 77, 0), 161),
    ("gpt-4o-mini", (3, 0, 0, 0), 0),
    ("gpt-4o-mini", (10, 0, 0, 0), 2),
    ("gpt-4o-mini", (48_169, 0, 200, 0), 7_345),
    ("gpt-4o-mini", (128_000, 127_999, 16_384, 0), 19_430),
    ("gpt-6-luna", (1_000, 0, 300, 0), 250),
    ("gpt-6-luna", (1_000, 900, 300, 250), 169),
    ("gpt-6-luna", (272_000, 0, 1, 0), 27_201),
    ("gpt-6-luna", (272_001, 0, 1, 0), 54_401),
    ("gpt-6-luna", (272_001, 272_001, 0, 0), 5_440),
    ("gpt-6-luna", (300_000, 100_000, 1_000, 999), 42_750),
    ("gpt-6-luna", (999_999, 500_000, 32_768, 0), 134_576),
    ("gpt-6-luna", (5, 0, 1, 0), 1),
    ("claude-sonnet-5-5", (1_000, 0, 300, 0), 5_000),
    ("claude-sonnet-5-5", (1_000, 1_000, 300, 0), 3_100),
    ("claude-sonnet-5-5", (1_000, 1, 300, 0), 4_998),
    ("claude-sonnet-5-5", (0, 0, 1, 0), 10),
    ("claude-sonnet-5-5", (1, 0, 0, 0), 2),
    ("claude-sonnet-5-5", (200_000, 150_000, 8_192, 0), 196_920),
    ("claude-sonnet-5-5", (15, 5, 1, 0), 31),
    ("moonshot-v1-8k", (1_000, 0, 300, 0), 800),
    ("moonshot-v1-8k", (1_000, 500, 300, 0), 800),
    ("moonshot-v1-8k", (8_191, 0, 1, 0), 1_640),
    ("moonshot-v1-8k", (2, 0, 0, 0), 0),
    ("moonshot-v1-8k", (3, 0, 0, 0), 1),
    ("kimi-k2.6", (1_000, 0, 300, 0), 2_150),
    ("kimi-k2.6", (1_000, 1_000, 300, 0), 1_360),
    ("kimi-k2.6", (262_144, 200_000, 4_096, 1_000), 107_421),
    ("kimi-k2.6", (1, 1, 0, 0), 0),
    ("kimi-k2.6", (3, 3, 0, 0), 0),
    ("kimi-k2.6", (11, 2, 0, 0), 9),
    ("three-tiers", (32_000, 0, 100, 0), 32_400),
    ("three-tiers", (32_001, 0, 100, 0), 64_802),
    ("three-tiers", (32_000, 32_000, 100, 100), 8_600),
    ("three-tiers", (32_001, 32_001, 100, 100), 64_802),
    ("three-tiers", (128_000, 64_000, 1_000, 500), 264_000),
    ("three-tiers", (128_001, 64_000, 1_000, 500), 272_053),
    ("three-tiers", (128_001, 0, 0, 0), 422_403),
    ("three-tiers", (500_000, 499_999, 7, 3), 350_111),
]  # fmt: skip


def test_there_are_enough() -> None:
    assert len(VECTORS) >= 50
    assert {model for model, _, _ in VECTORS} == PRICES.keys()


@pytest.mark.parametrize(("model", "counts", "cost"), VECTORS)
def test_exact_and_never_above_the_worst_case(
    model: str, counts: tuple[int, int, int, int], cost: int
) -> None:
    price = Price.model_validate(PRICES[model])
    input_, cached, output, reasoning = counts
    tokens = Tokens(input=input_, cached_input=cached, output=output, reasoning=reasoning)
    assert price.cost(tokens) == usd(cost)
    assert micro(price.cost(tokens)) == cost <= price.worst(input_, output)


@pytest.mark.parametrize(("model", "counts", "cost"), VECTORS)
def test_a_larger_bound_on_the_input_is_a_larger_worst_case(
    model: str, counts: tuple[int, int, int, int], cost: int
) -> None:
    price = Price.model_validate(PRICES[model])
    for more in (0, 1, 1000, 300_000):
        assert price.worst(counts[0] + more, counts[2]) >= cost
        allowed = price.affordable_output(counts[0] + more, usd(10_000_000))
        if allowed >= 0:
            assert price.worst(counts[0] + more, allowed) <= 10_000_000


@pytest.mark.parametrize("missing", ["input", "output"])
def test_a_price_that_is_not_known_is_an_error(missing: str) -> None:
    known = {name: rate for name, rate in PRICES["gpt-4o-mini"].items() if name != missing}
    with pytest.raises(ValidationError, match=missing):
        Price.model_validate(known)


def test_micro_dollars_and_dollars_are_the_same_money() -> None:
    assert usd(micro(Decimal("0.000001"))) == Decimal("0.000001")
    assert micro(Decimal(500)) == 500_000_000
