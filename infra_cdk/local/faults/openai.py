"""OpenAI's chat completions: how a request is read, an answer and an error are written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from infra_cdk.local.faults.said import Asked, Said

PATH = "chat/completions"
# Kind of fault → status, type, code.
ERRORS = {
    "429": (429, "requests", "rate_limit_exceeded"),
    "quota": (429, "insufficient_quota", "insufficient_quota"),
    "500": (500, "server_error", None),
    "503": (503, "service_unavailable", None),
    "529": (529, "overloaded_error", None),
    "401": (401, "invalid_request_error", "invalid_api_key"),
    "403": (403, "invalid_request_error", "access_denied"),
    "400": (400, "invalid_request_error", None),
}
_FINISH = {"stop": "stop", "length": "length", "tool": "tool_calls", None: None}
_CREATED = 1_700_000_000


def read(body: Mapping[str, Any], headers: Mapping[str, str]) -> Asked | tuple[str, str]:
    """What was asked, or the kind of error and its message."""
    if not headers.get("authorization", "").removeprefix("Bearer").strip():
        return "401", "You didn't provide an API key (any text is accepted here)."
    if not isinstance(body.get("model"), str) or not body.get("messages"):
        return "400", "model and messages are required"
    return Asked(
        model=f"{body['model']} (stand-in)",
        messages=body["messages"],
        most=body.get("max_completion_tokens") or body.get("max_tokens"),
        forced=_forced(body),
        schema=_schema(body.get("response_format") or {}),
    )


def error(kind: str, message: str) -> tuple[int, dict[str, Any]]:
    """The status and body of an error."""
    status, type_, code = ERRORS[kind]
    return status, {"error": {"message": message, "type": type_, "param": None, "code": code}}


def body(said: Said) -> dict[str, Any]:
    """The whole answer."""
    message: dict[str, Any] = {"role": "assistant", "content": said.text, "refusal": None}
    if said.tool:
        message |= {"content": None, "tool_calls": [_call(said.tool)]}
    choice = {"index": 0, "message": message, "logprobs": None}
    choices = [choice | {"finish_reason": _FINISH[said.finish]}]
    return _frame(said, "chat.completion") | {"choices": choices, "usage": _usage(said)}


def without_choices(said: Said) -> dict[str, Any]:
    """A success that holds no answer."""
    return body(said) | {"choices": []}


def stream(said: Said, request: Mapping[str, Any]) -> Iterator[str]:
    """The answer as server-sent events; one that was cut just stops."""
    frame = _frame(said, "chat.completion.chunk")

    def chunk(delta: Mapping[str, Any], finish: str | None = None) -> str:
        return _event(frame | {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})

    yield chunk({"role": "assistant", "content": None if said.tool else ""})
    if said.tool:
        yield chunk({"tool_calls": [{"index": 0, **_call(said.tool)}]})
    for piece in said.pieces:
        yield chunk({"content": piece})
    if said.finish is None:
        return
    yield chunk({}, _FINISH[said.finish])
    if (request.get("stream_options") or {}).get("include_usage"):
        yield _event(frame | {"choices": [], "usage": _usage(said)})
    yield "data: [DONE]\n\n"


def _event(data: Mapping[str, Any]) -> str:
    return f"data: {json.dumps(data)}\n\n"


def _frame(said: Said, kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-stand-in", "object": kind, "created": _CREATED, "model": said.model}


def _usage(said: Said) -> dict[str, Any]:
    return {
        "prompt_tokens": said.prompt_tokens,
        "completion_tokens": said.completion_tokens,
        "total_tokens": said.prompt_tokens + said.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": said.cached_tokens},
    }


def _call(tool: tuple[str, Mapping[str, Any]]) -> dict[str, Any]:
    function = {"name": tool[0], "arguments": json.dumps(tool[1])}
    return {"id": "call_stand_in", "type": "function", "function": function}


def _forced(body: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    tools = {tool["function"]["name"]: tool["function"] for tool in body.get("tools") or ()}
    choice = body.get("tool_choice")
    name = next(iter(tools), None) if choice == "required" else None
    if isinstance(choice, Mapping):
        name = choice.get("function", {}).get("name")
    return (name, tools[name].get("parameters") or {}) if name in tools and name else None


def _schema(form: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if form.get("type") == "json_object":
        return {}
    if form.get("type") == "json_schema":
        schema: Mapping[str, Any] = form.get("json_schema", {}).get("schema", {})
        return schema
    return None
