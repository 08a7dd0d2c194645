"""The stand-in for providers while it is well: answers in the shapes that were asked for."""

import json
import time
from typing import Any

import pytest

from tests.unit.local.fault_client import BODIES, BOTH, CHAT, MESSAGE, Client, events, text

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "size": {"type": "integer"}, "note": {}},
    "required": ["city", "size"],
}


@BOTH
def test_a_provider_that_is_well(client: Client, path: str) -> None:
    answer = client.ask(path).json()
    assert text(path, answer) == "Paris"
    assert min(v for k, v in answer["usage"].items() if k in ("prompt_tokens", "input_tokens")) > 4
    other = text(path, client.ask(path, messages=[{"role": "user", "content": "a b c"}]).json())
    assert "3 words, beginning: a b c" in other
    assert client.http.get("/_calls").json() == {"openai": {"calls": 2, "faulty": 0}}


def test_it_is_quick(client: Client) -> None:
    """Nothing of it waits, such as a delayed acknowledgement of 40 ms."""
    client.ask()
    began = time.monotonic()
    for _ in range(10):
        client.ask()
    assert time.monotonic() - began < 0.3


@pytest.mark.parametrize(
    ("path", "change", "status"),
    [
        (CHAT, {"messages": []}, 400),
        (CHAT, {"model": None}, 400),
        (MESSAGE, {"max_tokens": None}, 400),
    ],
)
def test_it_refuses_what_a_provider_refuses(
    client: Client, path: str, change: dict[str, Any], status: int
) -> None:
    assert client.ask(path, **change).status_code == status
    assert client.http.post(f"/openai/v1/{path}", json=BODIES[path]).status_code == 401


@BOTH
def test_an_answer_ends_where_it_must(client: Client, path: str) -> None:
    answer = client.ask(path, messages=[{"role": "user", "content": "why " * 9}], max_tokens=3)
    assert len(text(path, answer.json())) == 12
    assert any(f'"{word}"' in answer.text for word in ("length", "max_tokens"))


def test_a_long_prompt_counts_as_cached(client: Client) -> None:
    long = [{"role": "user", "content": "word " * 1200}]
    usage = client.ask(messages=long).json()["usage"]
    assert usage["prompt_tokens_details"]["cached_tokens"] % 128 == 0 < usage["prompt_tokens"]
    usage = client.ask(MESSAGE, messages=long).json()["usage"]
    assert usage["cache_read_input_tokens"] >= 1024 > usage["input_tokens"] > 0


def test_a_forced_tool_is_called(client: Client) -> None:
    tool = {"type": "function", "function": {"name": "look", "parameters": SCHEMA}}
    named = {"type": "function", "function": {"name": "look"}}
    for choice in ("required", named):
        choices = client.ask(tools=[tool], tool_choice=choice).json()["choices"]
        call = choices[0]["message"]["tool_calls"][0]["function"]
        assert (call["name"], json.loads(call["arguments"])) == (
            "look",
            {"city": "text", "size": 1},
        )
        assert choices[0]["finish_reason"] == "tool_calls"
    assert client.ask(tools=[tool]).json()["choices"][0]["finish_reason"] == "stop"
    tool = {"name": "look", "input_schema": SCHEMA}
    answer = client.ask(MESSAGE, tools=[tool], tool_choice={"type": "any"}).json()
    assert answer["stop_reason"] == "tool_use"
    assert answer["content"][0]["input"] == {"city": "text", "size": 1}
    streamed = events(client.ask(MESSAGE, tools=[tool], tool_choice=named | tool, stream=True))
    assert "input_json_delta" in [event.get("delta", {}).get("type") for event in streamed]


def test_json_is_answered_in_json(client: Client) -> None:
    plain = client.ask(response_format={"type": "json_object"}).json()
    assert json.loads(text(CHAT, plain)) == {"answer": "Paris"}
    form = {"type": "json_schema", "json_schema": {"name": "city", "schema": SCHEMA}}
    shaped = client.ask(response_format=form).json()
    assert json.loads(text(CHAT, shaped)) == {"city": "Paris", "size": 1}
    config = {"format": {"type": "json_schema", "schema": SCHEMA}}
    shaped = client.ask(MESSAGE, output_config=config).json()
    assert json.loads(text(MESSAGE, shaped)) == {"city": "Paris", "size": 1}


def test_a_stream_adds_up_to_the_answer(client: Client) -> None:
    found = events(client.ask(stream=True, stream_options={"include_usage": True}))
    assert found[-1] == "[DONE]"
    assert found[-2]["usage"]["completion_tokens"] == 2
    deltas = [event["choices"][0]["delta"] for event in found[:-2]]
    assert "".join(delta.get("content") or "" for delta in deltas) == "Paris"
    found = events(client.ask(MESSAGE, stream=True))
    assert [found[0]["type"], found[-1]["type"]] == ["message_start", "message_stop"]
    assert [e["delta"]["text"] for e in found if e["type"] == "content_block_delta"] == ["Paris"]
