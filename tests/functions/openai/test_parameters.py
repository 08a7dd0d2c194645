"""What a request may not hold is refused by the name of the member."""

from typing import Any

import openai
import pytest

from tests.functions.openai.conftest import Models
from tests.functions.openai.test_errors import IMAGE, refused
from tests.functions.openai.test_sdk import USER, WEATHER

ASSISTANT = {
    "role": "assistant",
    "tool_calls": [
        {"id": "1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    ],
}


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"colour": "red"}, "colour"),
        ({"top_k": 5}, "top_k"),
        ({"n": 2}, "n"),
        ({"top_p": 0.5}, "top_p"),
        ({"logprobs": True}, "logprobs"),
        ({"presence_penalty": 1}, "presence_penalty"),
        ({"logit_bias": {}}, "logit_bias"),
        ({"metadata": {"a": "b"}}, "metadata"),
        ({"reasoning_effort": "low"}, "reasoning_effort"),
        ({"temperature": 2.1}, "temperature"),
        ({"temperature": "1"}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_completion_tokens": 1.5}, "max_completion_tokens"),
        ({"seed": 2**70}, "seed"),
        ({"stop": ["a"] * 5}, "stop"),
        ({"stop": [""]}, "stop[0]"),
        ({"model": ""}, "model"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "user", "content": " "}]}, "messages"),
        ({"messages": [{"role": "user"}]}, "messages"),
        ({"messages": [USER, {"role": "wizard", "content": "x"}]}, "messages[1].role"),
        ({"messages": [{**USER, "name": "Ann"}]}, "messages[0].name"),
        ({"messages": [{"role": "user", "content": [{"type": "audio"}]}]},
         "messages[0].content[0].type"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}, IMAGE]}]},
         "messages[0].content[0].text"),
        ({"messages": [{"role": "user", "content": [{**IMAGE, "image_url": {"url": "file:///x"}}]}]},
         "messages[0].content[0].image_url.url"),
        ({"messages": [USER, {"role": "assistant", "content": [IMAGE]}]},
         "messages[1].content[0]"),
        ({"messages": [USER, {"role": "tool", "content": "x", "tool_call_id": "9"}]},
         "messages[1].tool_call_id"),
        ({"messages": [USER, {"role": "tool", "content": "x"}]}, "messages[1].tool_call_id"),
        ({"messages": [USER, ASSISTANT]}, "messages"),
        ({"messages": [USER, ASSISTANT, USER]}, "messages[2]"),
        ({"messages": [{**USER, "tool_calls": ASSISTANT["tool_calls"]}]},
         "messages[0].tool_calls"),
        ({"tools": []}, "tools"),
        ({"tools": [WEATHER, WEATHER]}, "tools"),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"tool_choice": "auto"}, "tool_choice"),
        ({"tools": [WEATHER], "tool_choice": "maybe"}, "tool_choice.type"),
        ({"tools": [WEATHER], "tool_choice": "function"}, "tool_choice.function"),
        ({"tools": [WEATHER], "tool_choice": {"type": "function", "function": {"name": "x"}}},
         "tool_choice.function.name"),
        ({"response_format": {"type": "xml"}}, "response_format.type"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"stream": True, "stream_options": {"include_obfuscation": False}},
         "stream_options.include_obfuscation"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named(
    sdk: openai.OpenAI, models: Models, body: dict[str, Any], param: str
) -> None:
    error = refused(sdk, **body)
    assert error.param == param, error
    assert error.code in ("unknown_parameter", "invalid_value", "missing_required_parameter")
    assert models.calls == []


def test_codes_that_programs_look_at(sdk: openai.OpenAI) -> None:
    assert refused(sdk, colour="red").code == "unknown_parameter"
    with pytest.raises(openai.BadRequestError) as caught:
        sdk.post("/chat/completions", cast_to=object, body={"messages": [USER]})
    assert (caught.value.param, caught.value.code) == ("model", "missing_required_parameter")


def test_every_bad_member_is_in_the_message(sdk: openai.OpenAI) -> None:
    told = str(refused(sdk, colour="red", temperature=9))
    assert "colour" in told
    assert "temperature" in told
