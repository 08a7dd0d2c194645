"""Bodies as API Gateway delivers them: read, or refused by a typed error; never a crash."""

import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.kernel.errors import InvalidInput, LabverseError, TooLarge, UnsupportedMedia
from labverse.platform.body import MAX_BYTES, with_json_body


def event(body: object, *, base64_: bool = False, type_: str | None = "application/json") -> Any:
    headers = {} if type_ is None else {"content-type": type_}
    return {"headers": headers, "body": body, "isBase64Encoded": base64_}


def test_base64_and_plain_bodies_are_the_same() -> None:
    text = '{"text": "naïve"}'
    encoded = base64.b64encode(text.encode()).decode()
    plain, decoded = with_json_body(event(text)), with_json_body(event(encoded, base64_=True))
    assert plain["body"] == decoded["body"] == text
    assert decoded["isBase64Encoded"] is False


@pytest.mark.parametrize(
    "declared", [None, "", "application/json; charset=utf-8", "Application/JSON"]
)
def test_what_means_json_is_read(declared: str | None) -> None:
    assert (
        with_json_body(event("{}", type_=declared))["headers"]["content-type"] == "application/json"
    )


@pytest.mark.parametrize("declared", ["text/plain", "application/x-www-form-urlencoded", "x" * 999])
def test_another_type_is_refused(declared: str) -> None:
    with pytest.raises(UnsupportedMedia, match="application/json"):
        with_json_body(event("{}", type_=declared))


@pytest.mark.parametrize("size", [MAX_BYTES + 1, 6 * MAX_BYTES])
def test_over_a_megabyte_is_too_large(size: int) -> None:
    with pytest.raises(TooLarge, match=str(MAX_BYTES)):
        with_json_body(event('"' + "x" * (size - 2) + '"'))


def test_a_megabyte_is_not() -> None:
    assert with_json_body(event('"' + "x" * (MAX_BYTES - 2) + '"'))


@pytest.mark.parametrize(
    ("body", "encoded"),
    [("{", False), ("", False), (None, False), ('{"a": NaN', False), ('"\\ud800"', False),
     ("[" * 100_000, False), ("1" * 5000 + ".", False), ("&&", True), ("/w==", True)],
)  # fmt: skip
def test_what_is_not_json_names_the_body(body: str | None, encoded: bool) -> None:
    with pytest.raises(InvalidInput) as caught:
        with_json_body(event(body, base64_=encoded))
    assert [item.field for item in caught.value.fields] == ["body"]


@given(st.text(), st.booleans(), st.text(max_size=30))
def test_any_body_is_read_or_refused(body: str, encoded: bool, declared: str) -> None:
    with suppress(LabverseError):
        json.loads(with_json_body(event(body, base64_=encoded, type_=declared))["body"])


@pytest.mark.parametrize(
    ("body", "fields"),
    [("NaN", ["body"]), ('{"a": [1, {"b": NaN}], "c": -Infinity}', ["a.1.b", "c"])],
)
def test_numbers_that_json_does_not_have_are_named(body: str, fields: list[str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        with_json_body(event(body))
    assert [item.field for item in caught.value.fields] == fields
