"""Bounds that hold for texts whose token counts were measured, without the marks of messages."""

import pytest

from labverse.route.tokens import lower_bound, upper_bound

# (text, tokens by o200k, counted once with an exact tokenizer)
MEASURED = [
    ("What is the capital of France?", 7),
    ("The quick brown fox jumps over the lazy dog. " * 20, 201),
    ('{"id": 17, "items": [1, 2, 3], "ok": true}', 23),
    ("def f(x):\n    return {k: v for k, v in x.items() if v}\n", 21),
    ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 43),
    ("a1 b2 c3 ?!;: <<>> ~~~ " * 5, 71),
    ("法国的首都是哪里", 5),
    ("Выручка за месяц выросла на пять процентов.", 11),
    ("ሰላም ለዓለም", 15),
    ("😀🎉🚀" * 5, 25),
]


@pytest.mark.parametrize(("text", "tokens"), MEASURED)
def test_the_count_lies_between_the_bounds(text: str, tokens: int) -> None:
    assert lower_bound(text) <= tokens <= upper_bound(text, messages=0)


def test_each_message_costs_its_marks() -> None:
    assert upper_bound("hi", 5) == upper_bound("hi", 1) + 32
