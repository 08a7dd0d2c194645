"""One conversation, in the words of both APIs."""

from typing import Any

import pytest

from labverse.adapters import anthropic_request, openai_request
from labverse.route.chat import Chat, ImagePart, Message, TextPart, Tool, ToolCall
from labverse.route.ports import ProviderFailure
from tests.unit.adapters.apis import ANTHROPIC, KEY, OPENAI, Keys, call
from tests.unit.adapters.faults import Server, replying

PNG = "data:image/png;base64,iVBORw0="
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}
LOOK = Tool(name="look", description="Look up.", parameters=SCHEMA)
PLAIN = Tool(name="now")


def said(role: Any, text: str, **more: Any) -> Message:
    return Message(role=role, parts=(TextPart(text=text),), **more)


FULL = Chat(
    messages=(
        said("system", "Be brief."),
        said("user", "What is"),
        Message(role="user", parts=(TextPart(text="this?"), ImagePart(url=PNG),
                                    ImagePart(url="https://x.test/a.png"))),
        Message(role="assistant",
                tool_calls=(ToolCall(id="f.look:0", name="look", arguments='{"a": 1}'),
                            ToolCall(id="c2", name="now", arguments=""))),
        said("tool", "one", tool_call_id="f.look:0"),
        said("tool", "two", tool_call_id="c2"),
        said("system", "Still brief."),
        said("user", "So?"),
    ),
    tools=(LOOK, PLAIN),
    stop=("END",),
    seed=7,
)  # fmt: skip


def openai(chat: Chat, limit: str = "max_tokens", **change: Any) -> dict[str, Any]:
    return openai_request.body(call(chat, **change), limit)


def anthropic(chat: Chat, **change: Any) -> dict[str, Any]:
    return anthropic_request.body(call(chat, **change))


def test_the_least_is_said_to_openai() -> None:
    assert openai(Chat.of("hi"), temperature=None) == {
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "max_tokens": 9,
        "stream": False,
    }
    assert openai(Chat.of("hi"), "max_completion_tokens")["max_completion_tokens"] == 9


def test_a_whole_conversation_is_said_to_openai() -> None:
    body = openai(FULL)
    assert body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What is"},
        {"role": "user", "content": [
            {"type": "text", "text": "this?"},
            {"type": "image_url", "image_url": {"url": PNG}},
            {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}},
        ]},
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "f.look:0", "type": "function",
             "function": {"name": "look", "arguments": '{"a": 1}'}},
            {"id": "c2", "type": "function", "function": {"name": "now", "arguments": ""}},
        ]},
        {"role": "tool", "content": "one", "tool_call_id": "f.look:0"},
        {"role": "tool", "content": "two", "tool_call_id": "c2"},
        {"role": "system", "content": "Still brief."},
        {"role": "user", "content": "So?"},
    ]  # fmt: skip
    assert body["tools"] == [
        {"type": "function",
         "function": {"name": "look", "description": "Look up.", "parameters": SCHEMA}},
        {"type": "function",
         "function": {"name": "now", "parameters": {"type": "object", "properties": {}}}},
    ]  # fmt: skip
    assert (body["stop"], body["seed"], body["temperature"]) == (["END"], 7, 0.6)
    assert "tool_choice" not in body


def test_the_least_is_said_to_anthropic() -> None:
    assert anthropic(Chat.of("hi"), temperature=1.7) == {
        "model": "m",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}],
        "max_tokens": 9,
        "temperature": 1.0,
    }


def test_a_whole_conversation_is_said_to_anthropic() -> None:
    body = anthropic(FULL, temperature=None)
    assert body["system"] == "Be brief.\n\nStill brief."
    image = {"type": "base64", "media_type": "image/png", "data": "iVBORw0="}
    assert body["messages"] == [
        {"role": "user", "content": [
            {"type": "text", "text": "What is"},
            {"type": "text", "text": "this?"},
            {"type": "image", "source": image},
            {"type": "image", "source": {"type": "url", "url": "https://x.test/a.png"}},
        ]},
        {"role": "assistant", "content": [
            {"type": "tool_use", "id": "f_look_0", "name": "look", "input": {"a": 1}},
            {"type": "tool_use", "id": "c2", "name": "now", "input": {}},
        ]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "f_look_0",
             "content": [{"type": "text", "text": "one"}]},
            {"type": "tool_result", "tool_use_id": "c2",
             "content": [{"type": "text", "text": "two"}]},
            {"type": "text", "text": "So?"},
        ]},
    ]  # fmt: skip
    assert body["tools"] == [
        {"name": "look", "description": "Look up.", "input_schema": SCHEMA},
        {"name": "now", "input_schema": {"type": "object", "properties": {}}},
    ]
    assert body["stop_sequences"] == ["END"]
    assert "seed" not in body
    assert "temperature" not in body


def test_instructions_alone_are_the_users() -> None:
    body = anthropic(Chat(messages=(said("system", "Say hi."), said("user", "  "))))
    assert [turn["role"] for turn in body["messages"]] == ["user"]
    assert "system" not in body


@pytest.mark.parametrize(
    "message",
    [
        Message(role="user", parts=(ImagePart(url="data:image/png,raw"),)),
        Message(role="assistant", tool_calls=(ToolCall(id="c", name="look", arguments="{"),)),
        Message(role="assistant", tool_calls=(ToolCall(id="c", name="look", arguments="[]"),)),
    ],
)
def test_what_anthropic_has_no_words_for_is_rejected(message: Message) -> None:
    with pytest.raises(ProviderFailure) as caught:
        anthropic(Chat(messages=(message,)))
    assert caught.value.outcome == "rejected"


def test_keys_go_where_each_api_wants_them(server: Server) -> None:
    for api in (OPENAI, ANTHROPIC):
        server.behaviour = replying(200, api.good)
        server.ask(api, None, Keys())
    first, second = server.headers
    assert server.paths == ["/v1/chat/completions", "/v1/messages"]
    assert first["authorization"] == f"Bearer {KEY}"
    assert (second["x-api-key"], second["anthropic-version"]) == (KEY, "2023-06-01")
    server.behaviour = replying(200, OPENAI.good)
    server.ask(OPENAI, None, None)
    assert "authorization" not in server.headers[2]
