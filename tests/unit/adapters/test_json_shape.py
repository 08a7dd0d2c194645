"""The shapes that are told apart, and those that are nobody's business here."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.adapters.json_shape import fits

CLOSED = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"],
          "additionalProperties": False}  # fmt: skip
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
KEYWORDS = st.sampled_from(
    ["type", "required", "properties", "enum", "items", "additionalProperties", "minimum"]
)


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        ({"a": 1}, CLOSED),
        ({"a": 1.0}, CLOSED),
        ({"b": 1}, {"type": "object"}),
        (None, {"type": ["string", "null"]}),
        ([1, 2], {"type": "array", "items": {"type": "number"}}),
        ([], {"items": False}),
        ("x", {"enum": ["x", 1]}),
        (3, {"minimum": 7}),
        ("2020", {"type": "date"}),
        ({"x-1": 1}, {"additionalProperties": False, "patternProperties": {"^x-": {}}}),
        (7, True),
    ],
)
def test_a_value_that_fits(value: Any, schema: Any) -> None:
    assert fits(value, schema)


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        ({}, CLOSED),
        ({"a": "1"}, CLOSED),
        ({"a": True}, CLOSED),
        ({"a": 1.5}, CLOSED),
        ({"a": 1, "b": 2}, CLOSED),
        ([], CLOSED),
        (None, {"type": "string"}),
        (True, {"type": "number"}),
        (1, {"type": "boolean"}),
        ([1, "2"], {"items": {"type": "number"}}),
        (True, {"enum": [1]}),
        ({"o": {"a": "x"}}, {"properties": {"o": CLOSED}}),
        (7, False),
    ],
)
def test_a_value_that_does_not(value: Any, schema: Any) -> None:
    assert not fits(value, schema)


@given(ANY, st.dictionaries(KEYWORDS, ANY))
def test_no_schema_of_a_caller_breaks_it(value: Any, schema: dict[str, Any]) -> None:
    assert fits(value, schema) in (True, False)


@given(ANY)
def test_unknown_keywords_ask_for_nothing(value: Any) -> None:
    assert fits(value, {"not": {}, "$ref": "#/x", "format": "uuid"})
