"""How tools and JSON are asked for, in the words of both APIs."""

from typing import Any

import pytest

from labverse.adapters import anthropic_request, openai_request
from labverse.route.chat import Chat, Tool
from tests.unit.adapters.apis import call

SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}
LOOK = Tool(name="look", description="Look up.", parameters=SCHEMA)


def openai(chat: Chat) -> dict[str, Any]:
    return openai_request.body(call(chat), "max_tokens")


def anthropic(chat: Chat) -> dict[str, Any]:
    return anthropic_request.body(call(chat))


def asking(**change: Any) -> Chat:
    return Chat.of("hi").model_copy(update=change)


@pytest.mark.parametrize(
    ("change", "to_openai", "to_anthropic"),
    [
        ({"tool_choice": "auto"}, "auto", {"type": "auto"}),
        ({"tool_choice": "none"}, "none", {"type": "none"}),
        ({"tool_choice": "required"}, "required", {"type": "any"}),
        ({"forced_tool": "look"}, {"type": "function", "function": {"name": "look"}},
         {"type": "tool", "name": "look"}),
    ],
)  # fmt: skip
def test_the_choice_of_tools(change: dict[str, Any], to_openai: Any, to_anthropic: Any) -> None:
    chat = asking(tools=(LOOK,), **change)
    assert openai(chat)["tool_choice"] == to_openai
    assert anthropic(chat)["tool_choice"] == to_anthropic
    without = asking(**change)
    assert "tool_choice" not in openai(without) | anthropic(without)


def test_json_is_asked_of_openai() -> None:
    chat = asking(json_schema=SCHEMA, json_name="city")
    form = {"type": "json_schema", "json_schema": {"name": "city", "schema": SCHEMA}}
    assert openai(chat)["response_format"] == form
    anything = openai(asking(json_schema={}))
    assert anything["response_format"] == {"type": "json_object"}
    assert "JSON" in anything["messages"][0]["content"]
    mentioned = Chat.of("as json").model_copy(update={"json_schema": {}})
    assert len(openai(mentioned)["messages"]) == 1


@pytest.mark.parametrize(
    ("change", "choice"),
    [
        ({}, {"type": "tool", "name": "answer"}),
        ({"tools": (LOOK,)}, {"type": "any"}),
        ({"tools": (LOOK,), "tool_choice": "none"}, {"type": "tool", "name": "answer"}),
        ({"json_name": "look up!", "tools": (LOOK.model_copy(update={"name": "look_up_"}),),
          "tool_choice": "none"}, {"type": "tool", "name": "look_up__"}),
    ],
)  # fmt: skip
def test_json_is_asked_of_anthropic_by_a_tool(change: dict[str, Any], choice: Any) -> None:
    body = anthropic(asking(json_schema=SCHEMA, **change))
    assert body["tool_choice"] == choice
    assert body["tools"][-1]["input_schema"] == SCHEMA
