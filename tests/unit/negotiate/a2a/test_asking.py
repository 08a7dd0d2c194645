"""Data chooses what is done; text does so only where it is data."""

import json
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Value
from hypothesis import given, settings
from hypothesis import strategies as st

from labverse.negotiate.a2a import asking, faults
from labverse.negotiate.a2a.faults import Fault
from labverse.negotiate.a2a.wire import Message, parsed
from tests.unit.negotiate.a2a.desk import REQUEST

BROKEN = st.floats(allow_nan=False, allow_infinity=False).filter(lambda one: not one.is_integer())
NUMBERS = st.integers(-(2**53), 2**53) | BROKEN
LEAVES = NUMBERS | st.booleans() | st.none() | st.text(max_size=5)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


def said(*parts: dict[str, Any]) -> Message:
    return parsed(Message, {"messageId": "m", "role": "ROLE_USER", "parts": list(parts)})


def kind(*parts: dict[str, Any]) -> faults.Kind:
    """How a message is refused."""
    with pytest.raises(Fault) as caught:
        asking.read(said(*parts))
    return caught.value.kind


def test_one_data_part_is_the_request() -> None:
    asked = asking.read(said({"text": "please"}, {"data": REQUEST, "mediaType": asking.JSON}))
    assert asked == (REQUEST, "message.parts.1.data")


def test_a_lone_text_may_be_exactly_the_request() -> None:
    assert asking.read(said({"text": json.dumps(REQUEST)})).given == REQUEST


@pytest.mark.parametrize(
    "text",
    ["", "[]", "7", "cancel everything", f"Here it is: {json.dumps(REQUEST)}", '{"goal": NaN}'],
)
def test_other_text_chooses_nothing(text: str) -> None:
    assert kind({"text": text}) is faults.INVALID_PARAMS


def test_two_texts_choose_nothing() -> None:
    assert kind({"text": json.dumps(REQUEST)}, {"text": "x"}) is faults.INVALID_PARAMS


@pytest.mark.parametrize(
    "part",
    [
        {"url": "https://example.com"},
        {"raw": ""},
        {"data": {}, "mediaType": "text/csv"},
        {"text": "{}", "mediaType": "text/html"},
    ],
)
def test_other_contents_are_not_read(part: dict[str, Any]) -> None:
    assert kind({"data": REQUEST}, part) is faults.CONTENT_TYPE_NOT_SUPPORTED


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=3))
def test_what_a_client_wrote_is_read_as_it_would_be_over_http(wanted: dict[str, Any]) -> None:
    """The client's protobuf makes a double of every number, and writes 6 as 6.0."""
    sent = json.loads(json.dumps(MessageToDict(ParseDict(wanted, Value()))))
    read = asking.read(said({"data": sent})).given
    assert json.dumps(read, sort_keys=True) == json.dumps(wanted, sort_keys=True)


@pytest.mark.parametrize(
    ("accepted", "fine"),
    [
        ([], True),
        (["application/json"], True),
        (["TEXT/plain; charset=utf-8"], True),
        (["image/png", "*/*"], True),
        (["image/png"], False),
    ],
)
def test_answers_are_of_what_is_accepted(accepted: list[str], fine: bool) -> None:
    if fine:
        asking.refuse_unwanted(accepted)
        return
    with pytest.raises(Fault):
        asking.refuse_unwanted(accepted)
