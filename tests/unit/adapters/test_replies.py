"""What both APIs say, in route's words."""

import json
from typing import Any

import pytest

from labverse.adapters.openai_compatible import OpenAICompatible
from labverse.route.chat import Chat, Tool
from tests.unit.adapters.apis import ANTHROPIC, OPENAI, Api, Keys, call
from tests.unit.adapters.faults import Server, failing, in_turn, replying

LOOK = Tool(name="look", parameters={"type": "object", "required": ["at"]})
TOOLS = Chat.of("hi").model_copy(update={"tools": (LOOK, Tool(name="now"))})
SCHEMA = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}
JSON = Chat.of("hi").model_copy(update={"json_schema": SCHEMA, "json_name": "city"})


def test_a_good_answer_is_read_whole(server: Server, api: Api) -> None:
    server.behaviour = replying(200, api.good)
    reply = server.ask(api)
    assert (reply.text, reply.model, reply.finish) == ("Paris", "m-1", "stop")
    assert (reply.tokens.input, reply.tokens.cached_input, reply.tokens.output) == (13, 8, 2)


def test_an_answer_at_its_limit_says_so(server: Server, api: Api) -> None:
    reason = "length" if api is OPENAI else "max_tokens"
    server.behaviour = replying(200, api.finished(reason))
    assert server.ask(api).finish == "length"


def test_usage_that_was_not_said_is_null_not_zero(server: Server, api: Api) -> None:
    usages: list[dict[str, Any]] = [{}, {"usage": None}, {"usage": {}}]
    for usage in usages:
        bare = {key: value for key, value in api.good.items() if key not in ("usage", "model")}
        server.behaviour = replying(200, bare | usage)
        reply = server.ask(api)
        tokens = reply.tokens
        assert (tokens.input, tokens.cached_input, tokens.output, reply.model) == (
            None, None, None, "m",
        )  # fmt: skip


@pytest.mark.parametrize("usage", ["many", {"N": "many"}, {"N": -1}, {"N": True}, {"N": 1e30}])
def test_usage_that_is_no_count_is_a_bad_response(server: Server, api: Api, usage: Any) -> None:
    name = "prompt_tokens" if api is OPENAI else "input_tokens"
    named = {name: usage["N"]} if isinstance(usage, dict) else usage
    server.behaviour = replying(200, api.good | {"usage": named})
    assert failing(server, api).outcome == "bad_response"


@pytest.mark.parametrize(
    ("usage", "cached"),
    [
        ({"cached_tokens": 5}, 5),
        ({"cached_tokens": 5, "prompt_tokens_details": {"cached_tokens": 5}}, 5),
        ({"prompt_tokens_details": None}, None),
        ({"prompt_tokens_details": {"cached_tokens": 0}}, 0),
    ],
)
def test_cached_tokens_are_counted_once(server: Server, usage: Any, cached: int | None) -> None:
    server.behaviour = replying(200, OPENAI.good | {"usage": {"prompt_tokens": 9, **usage}})
    tokens = server.ask(OPENAI).tokens
    assert (tokens.input, tokens.cached_input) == (9, cached)


def test_a_tool_call_comes_with_its_arguments(server: Server, api: Api) -> None:
    server.behaviour = replying(200, api.called("look", {"at": 1}))
    reply = server.ask(api, call(TOOLS))
    (made,) = reply.tool_calls
    assert (made.id, made.name, json.loads(made.arguments)) == ("c1", "look", {"at": 1})
    assert (reply.text, reply.finish) == ("", "tool_calls")


@pytest.mark.parametrize(
    ("name", "arguments", "passes"),
    [("now", "", True), ("look", "", False), ("look", "{", False), ("look", "[1]", False)],
)
def test_arguments_are_an_object(server: Server, name: str, arguments: str, passes: bool) -> None:
    server.behaviour = replying(200, OPENAI.called(name, arguments))
    if passes:
        assert server.ask(OPENAI, call(TOOLS)).tool_calls[0].arguments == "{}"
    else:
        assert failing(server, OPENAI, call(TOOLS)).outcome == "wrong_format"


def test_a_forced_call_that_openai_says_stopped_is_a_call(server: Server) -> None:
    made = OPENAI.called("look", {"at": 1})
    made["choices"][0]["finish_reason"] = "stop"
    made["choices"][0]["message"]["tool_calls"][0]["id"] = None
    server.behaviour = replying(200, made)
    reply = server.ask(OPENAI, call(TOOLS))
    assert (reply.finish, reply.tool_calls[0].id[:5]) == ("tool_calls", "call_")


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [("content_filter", "rejected"), ("tool_calls", "bad_response")],
)
def test_openais_other_ends(server: Server, reason: str, outcome: str) -> None:
    server.behaviour = replying(200, OPENAI.finished(reason))
    assert failing(server, OPENAI).outcome == outcome


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        ("refusal", "rejected"),
        ("pause_turn", "truncated"),
        ("model_context_window_exceeded", "truncated"),
        ("tool_use", "bad_response"),
    ],
)
def test_anthropics_other_ends(server: Server, reason: str, outcome: str) -> None:
    server.behaviour = replying(200, ANTHROPIC.finished(reason))
    assert failing(server, ANTHROPIC).outcome == outcome


@pytest.mark.parametrize("choices", [[], None, {}, [None], [{}], [{"message": "hi"}]])
def test_without_a_choice_there_is_no_answer(server: Server, choices: Any) -> None:
    server.behaviour = replying(200, OPENAI.good | {"choices": choices})
    assert failing(server, OPENAI).outcome == "bad_response"


@pytest.mark.parametrize("content", [None, {}, "hi", [None], [{"type": "text"}]])
def test_without_content_there_is_no_answer(server: Server, content: Any) -> None:
    server.behaviour = replying(200, ANTHROPIC.good | {"content": content})
    assert failing(server, ANTHROPIC).outcome == "bad_response"


def test_content_may_come_in_parts(server: Server) -> None:
    parts = [{"type": "text", "text": "Pa"}, {"type": "reasoning"}, {"type": "text", "text": "ris"}]
    server.behaviour = replying(200, OPENAI.said(parts))
    assert server.ask(OPENAI).text == "Paris"


def test_the_answer_tools_input_is_the_json(server: Server) -> None:
    server.behaviour = replying(200, ANTHROPIC.called("city", {"a": 1}))
    reply = server.ask(ANTHROPIC, call(JSON))
    assert (json.loads(reply.text), reply.finish, reply.tool_calls) == ({"a": 1}, "stop", ())
    server.behaviour = replying(200, ANTHROPIC.called("city", {"a": "x"}))
    assert failing(server, ANTHROPIC, call(JSON)).outcome == "wrong_format"
    cut = ANTHROPIC.called("city", {"a": 1}) | {"stop_reason": "max_tokens"}
    server.behaviour = replying(200, cut)
    assert failing(server, ANTHROPIC, call(JSON)).outcome == "truncated"


def test_json_that_is_no_object_travels_inside_of_one(server: Server) -> None:
    schema = {"type": "array", "items": {"$ref": "#/$defs/n"}, "$defs": {"n": {"type": "number"}}}
    chat = JSON.model_copy(update={"json_schema": schema})
    server.behaviour = replying(200, ANTHROPIC.called("city", {"value": [1, 2]}))
    assert server.ask(ANTHROPIC, call(chat)).text == "[1, 2]"
    sent = server.bodies[0]["tools"][0]["input_schema"]
    assert (sent["required"], sent["$defs"]) == (["value"], schema["$defs"])


def test_json_beside_tools_may_be_either(server: Server) -> None:
    chat = JSON.model_copy(update={"tools": (LOOK,)})
    server.behaviour = in_turn(
        replying(200, ANTHROPIC.called("look", {"at": 1})),
        replying(200, ANTHROPIC.called("city", {"a": 1})),
    )
    assert server.ask(ANTHROPIC, call(chat)).tool_calls[0].name == "look"
    assert server.ask(ANTHROPIC, call(chat)).text == '{"a": 1}'


def test_what_a_provider_needs_besides_is_sent(server: Server) -> None:
    server.behaviour = replying(200, OPENAI.good)
    adapter = OpenAICompatible(
        server.url, server.client, "p", Keys(), "max_completion_tokens", {"enable_thinking": False}
    )
    adapter.complete(call())
    assert (server.bodies[0]["enable_thinking"], server.bodies[0]["max_completion_tokens"]) == (
        False, 9,
    )  # fmt: skip


def test_an_answer_without_an_answer_is_billed_as_counted(server: Server, api: Api) -> None:
    server.behaviour = replying(200, {"usage": api.good["usage"], "choices": "x", "content": "x"})
    failure = failing(server, api)
    assert failure.tokens is not None
