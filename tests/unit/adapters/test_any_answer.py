"""Whatever a provider sends with a 200, a reply or a typed failure comes of it."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from labverse.route.chat import Chat, Tool
from labverse.route.ports import ProviderFailure, Reply
from tests.unit.adapters.apis import ANTHROPIC, OPENAI, Api, Canned, Keys, call

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["stop", "length", "tool_calls", "end_turn", "tool_use", "text", "look",
                       "\ud800", "{}", "answer"])
)  # fmt: skip
KEYS = st.sampled_from(
    ["model", "choices", "message", "content", "finish_reason", "usage", "prompt_tokens", "text",
     "tool_calls", "function", "name", "arguments", "type", "stop_reason", "input_tokens", "id",
     "input", "prompt_tokens_details", "cached_tokens", "completion_tokens"]
)  # fmt: skip
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5)
)
CHATS = st.sampled_from(
    [
        Chat.of("hi"),
        Chat.of("hi").model_copy(update={"json_schema": {"type": "object"}}),
        Chat.of("hi").model_copy(update={"tools": (Tool(name="look"),)}),
    ]
)
APIS = st.sampled_from([OPENAI, ANTHROPIC])


def replaced(whole: Any, path: list[int], value: Any) -> Any:
    """`whole` with one value somewhere inside of it exchanged."""
    if not path or not isinstance(whole, dict | list) or not whole:
        return value
    keys = list(whole) if isinstance(whole, dict) else range(len(whole))
    chosen = keys[path[0] % len(whole)]
    copy: Any = dict(whole) if isinstance(whole, dict) else list(whole)
    copy[chosen] = replaced(whole[chosen], path[1:], value)
    return copy


def ended(api: Api, raw: bytes, chat: Chat) -> Reply | ProviderFailure:
    try:
        return api.adapter("http://test/v1", Canned(raw), Keys()).complete(call(chat))
    except ProviderFailure as failure:
        return failure


def check(came: Reply | ProviderFailure) -> None:
    if isinstance(came, Reply):
        assert came.text.strip() or came.tool_calls
        assert Reply.model_validate_json(came.model_dump_json()) == came


@given(APIS, st.binary(), CHATS)
def test_any_bytes(api: Api, raw: bytes, chat: Chat) -> None:
    check(ended(api, raw, chat))


@given(APIS, VALUES, CHATS)
def test_any_json(api: Api, value: Any, chat: Chat) -> None:
    check(ended(api, json.dumps(value).encode(), chat))


@given(APIS, st.lists(st.integers(0, 9), max_size=6), VALUES, CHATS, st.booleans())
def test_a_good_answer_with_one_thing_wrong(
    api: Api, path: list[int], value: Any, chat: Chat, called: bool
) -> None:
    good = api.called("look", {"at": 1}) if called else api.good
    check(ended(api, json.dumps(replaced(good, path, value)).encode(), chat))


@given(APIS, st.integers(0, 400))
def test_a_good_answer_cut_anywhere(api: Api, at: int) -> None:
    raw = json.dumps(api.good).encode()
    came = ended(api, raw[:at], Chat.of("hi"))
    assert isinstance(came, Reply) == (at >= len(raw))
