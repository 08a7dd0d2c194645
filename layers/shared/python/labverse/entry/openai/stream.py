"""The same answer as a stream of server-sent events, whole in one body.

API Gateway's HTTP APIs buffer, and an answer is checked as a whole before it is passed on: a stream
that is cut short is never taken for an answer. Clients that ask for a stream read this one.
"""

import json
from collections.abc import Iterator
from typing import Any

from labverse.entry.openai.response import AnswerMessage, ChatCompletion

CONTENT_TYPE = "text/event-stream"
_DONE = "data: [DONE]\n\n"


def events(completion: ChatCompletion, include_usage: bool) -> str:
    """The body: role, content, tool calls, finish, usage where it is asked for, end."""
    choice = completion.choices[0]
    chunks = [
        *(_chunk(completion, [_choice(delta)]) for delta in _deltas(choice.message)),
        _chunk(completion, [_choice({}, choice.finish_reason)]),
    ]
    if include_usage:
        usage = completion.usage.model_dump() if completion.usage else None
        chunks = [chunk | {"usage": None} for chunk in chunks]
        chunks.append(_chunk(completion, []) | {"usage": usage})
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + _DONE


def _deltas(message: AnswerMessage) -> Iterator[dict[str, Any]]:
    calls = message.tool_calls or []
    yield {"role": message.role, "content": None if calls else "", "refusal": None}
    if message.content:
        yield {"content": message.content}
    for index, call in enumerate(calls):
        told = call.model_dump()
        arguments = told["function"].pop("arguments")
        # Clients collect the arguments of a call piece by piece; the first one opens the call.
        opened = told | {"index": index, "function": told["function"] | {"arguments": ""}}
        yield {"tool_calls": [opened]}
        yield {"tool_calls": [{"index": index, "function": {"arguments": arguments}}]}


def _choice(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}


def _chunk(completion: ChatCompletion, choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": completion.id,
        "object": "chat.completion.chunk",
        "created": completion.created,
        "model": completion.model,
        "system_fingerprint": None,
        "choices": choices,
    }
