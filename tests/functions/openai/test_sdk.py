"""OpenAI's SDK, unchanged: chat, tools, JSON, streams, models."""

from typing import Any, Literal

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam
from pydantic import BaseModel

from labverse.route.chat import ToolCall
from labverse.route.ports import Call, Reply
from tests.functions.openai.conftest import Models, said

USER: ChatCompletionMessageParam = {"role": "user", "content": "What is the capital of France?"}
WEATHER: ChatCompletionToolParam = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}},
}
CALL = ToolCall(id="call_1", name="weather", arguments='{"city": "Paris"}')


def test_plain_chat(sdk: openai.OpenAI, models: Models) -> None:
    answer = sdk.chat.completions.create(model="auto", messages=[USER])
    (choice,) = answer.choices
    assert (choice.message.role, choice.message.content) == ("assistant", "Paris")
    assert (choice.message.tool_calls, choice.finish_reason, choice.index) == (None, "stop", 0)
    assert (answer.id, answer.object) == ("chatcmpl-trace-1", "chat.completion")
    assert (answer.model, answer.system_fingerprint) == ("alpha-1-really", None)
    assert answer.created > 1_700_000_000
    assert answer.usage is not None
    assert answer.usage.prompt_tokens_details is not None
    counted = (
        answer.usage.prompt_tokens,
        answer.usage.completion_tokens,
        answer.usage.total_tokens,
    )
    assert counted == (13, 2, 15)
    assert answer.usage.prompt_tokens_details.cached_tokens == 8
    assert answer._request_id == "trace-1"
    (call,) = models.calls
    assert (call.model, call.temperature) == ("alpha-1", 0.6)


def test_what_is_ours_is_in_headers(sdk: openai.OpenAI) -> None:
    raw = sdk.chat.completions.with_raw_response.create(model="auto", messages=[USER])
    told = {name: value for name, value in raw.headers.items() if name.startswith("x-labverse-")}
    latency = told.pop("x-labverse-latency-ms")
    assert latency.isdigit()
    assert told == {
        "x-labverse-provider": "alpha",
        "x-labverse-cost-usd": "0.000002",
        "x-labverse-sla-met": "true",
        "x-labverse-cached": "false",
        "x-labverse-attempts": "alpha:ok",
        "x-labverse-refused": "second: not configured: beta has no key; "
        "third: not configured: gamma has no key",
        "x-labverse-trace-id": "trace-1",
    }


def test_a_named_model_answers(sdk: openai.OpenAI, models: Models) -> None:
    sdk.chat.completions.create(model="small", messages=[USER])
    assert [call.model for call in models.calls] == ["small"]


def test_every_parameter_reaches_the_model(sdk: openai.OpenAI, models: Models) -> None:
    sdk.chat.completions.create(
        model="first",
        messages=[
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
        ],
        temperature=1.5,
        max_tokens=99,
        max_completion_tokens=7,
        user="someone",
        n=1,
        top_p=1,
        extra_headers={"x-labverse-task-class": "creative"},
    )
    (call,) = models.calls
    assert [message.role for message in call.chat.messages] == ["system", "user"]
    assert (call.temperature, call.max_output_tokens) == (1.5, 7)


def test_our_limits_come_in_headers(sdk: openai.OpenAI, models: Models) -> None:
    limits = {"x-labverse-task-class": "critical", "x-labverse-max-latency-ms": "1",
              "x-labverse-max-cost-usd": "0.0001"}  # fmt: skip
    sdk.chat.completions.create(model="auto", messages=[USER], extra_headers=limits)
    assert models.calls[0].temperature == 0.3


def test_tools_there_and_back(sdk: openai.OpenAI, models: Models) -> None:
    models.reply = said("", finish="tool_calls", tool_calls=(CALL,))
    messages: list[Any] = [USER]
    first = sdk.chat.completions.create(
        model="auto", messages=messages, tools=[WEATHER], tool_choice="required"
    )
    message = first.choices[0].message
    assert (message.content, first.choices[0].finish_reason) == (None, "tool_calls")
    assert message.tool_calls is not None
    (call,) = message.tool_calls
    assert call.type == "function"
    assert (call.id, call.function.name) == ("call_1", "weather")
    assert call.function.arguments == CALL.arguments
    models.reply = said("Sunny")
    messages += [message, {"role": "tool", "tool_call_id": call.id, "content": "sunny"}]
    second = sdk.chat.completions.create(model="auto", messages=messages, tools=[WEATHER])
    assert second.choices[0].message.content == "Sunny"
    asked, result = models.calls[1].chat.messages[1:]
    assert asked.tool_calls == (CALL,)
    assert (result.role, result.tool_call_id) == ("tool", "call_1")
    assert models.calls[0].chat.tool_choice == "required"


def test_one_tool_can_be_forced(sdk: openai.OpenAI, models: Models) -> None:
    forced: Any = {"type": "function", "function": {"name": "weather"}}
    sdk.chat.completions.create(model="auto", messages=[USER], tools=[WEATHER], tool_choice=forced)
    chat = models.calls[0].chat
    assert (chat.forced_tool, chat.tool_choice) == ("weather", None)


def test_json_mode(sdk: openai.OpenAI, models: Models) -> None:
    models.reply = said('{"city": "Paris"}')
    sdk.chat.completions.create(
        model="auto", messages=[USER], response_format={"type": "json_object"}
    )
    assert models.calls[0].chat.json_schema == {}


class City(BaseModel):
    name: str


def test_parse_into_a_model(sdk: openai.OpenAI, models: Models) -> None:
    models.reply = said('{"name": "Paris"}')
    answer = sdk.chat.completions.parse(model="auto", messages=[USER], response_format=City)
    assert answer.choices[0].message.parsed == City(name="Paris")
    chat = models.calls[0].chat
    assert chat.json_name == "City"
    assert chat.json_schema is not None
    assert chat.json_schema["required"] == ["name"]


@pytest.mark.parametrize("include_usage", [True, False])
def test_stream(sdk: openai.OpenAI, include_usage: bool) -> None:
    stream = sdk.chat.completions.create(
        model="auto",
        messages=[USER],
        stream=True,
        stream_options={"include_usage": True} if include_usage else openai.omit,
    )
    chunks = list(stream)
    texts = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices]
    assert "".join(text or "" for text in texts) == "Paris"
    assert chunks[0].choices[0].delta.role == "assistant"
    assert {chunk.id for chunk in chunks} == {"chatcmpl-trace-1"}
    last = chunks[-2] if include_usage else chunks[-1]
    assert last.choices[0].finish_reason == "stop"
    usages = [chunk.usage.total_tokens for chunk in chunks if chunk.usage]
    assert usages == ([15] if include_usage else [])
    assert (chunks[-1].choices == []) == include_usage


def test_stream_of_tool_calls(sdk: openai.OpenAI, models: Models) -> None:
    other = CALL.model_copy(update={"id": "call_2"})
    models.reply = said("Wait.", finish="tool_calls", tool_calls=(CALL, other))
    with sdk.chat.completions.stream(model="auto", messages=[USER], tools=[WEATHER]) as stream:
        answer = stream.get_final_completion()
    message = answer.choices[0].message
    assert message.content == "Wait."
    assert [call.id for call in message.tool_calls or ()] == ["call_1", "call_2"]
    assert {call.function.arguments for call in message.tool_calls or ()} == {CALL.arguments}
    assert answer.choices[0].finish_reason == "tool_calls"


@pytest.mark.parametrize("finish", ["stop", "length"])
def test_why_it_ended(
    sdk: openai.OpenAI, models: Models, finish: Literal["stop", "length"]
) -> None:
    models.reply = said("Par", finish=finish)
    answer = sdk.chat.completions.create(model="auto", messages=[USER])
    assert answer.choices[0].finish_reason == finish


def test_tokens_that_nobody_counted_are_not_made_up(sdk: openai.OpenAI, models: Models) -> None:
    def uncounted(call: Call) -> Reply:
        tokens = {"input": None, "cached_input": None, "output": None}
        return said("Paris", model=call.model, tokens=tokens)

    models.reply = uncounted
    assert sdk.chat.completions.create(model="auto", messages=[USER]).usage is None


def test_models(sdk: openai.OpenAI) -> None:
    found = {model.id: model.owned_by for model in sdk.models.list()}
    assert found == {"auto": "labverse", "first": "alpha", "small": "ollama"}
