"""Anthropic's Messages: how a request is read, an answer and an error are written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from infra_cdk.local.faults.said import Asked, Said

PATH = "messages"
# Kind of fault → status, type.
ERRORS = {
    "429": (429, "rate_limit_error"),
    "quota": (402, "billing_error"),
    "500": (500, "api_error"),
    "503": (503, "api_error"),
    "529": (529, "overloaded_error"),
    "401": (401, "authentication_error"),
    "403": (403, "permission_error"),
    "400": (400, "invalid_request_error"),
}
_FINISH = {"stop": "end_turn", "length": "max_tokens", "tool": "tool_use", None: None}


def read(body: Mapping[str, Any], headers: Mapping[str, str]) -> Asked | tuple[str, str]:
    """What was asked, or the kind of error and its message."""
    if not headers.get("x-api-key", "").strip():
        return "401", "x-api-key header is required (any text is accepted here)"
    if not headers.get("anthropic-version"):
        return "400", "anthropic-version: header is required"
    missing = [name for name in ("model", "messages", "max_tokens") if not body.get(name)]
    if missing:
        return "400", f"{missing[0]}: Field required"
    return Asked(
        model=f"{body['model']} (stand-in)",
        messages=[{"role": "system", "content": body.get("system", "")}, *body["messages"]],
        most=body["max_tokens"],
        forced=_forced(body),
        schema=_schema(body),
    )


def error(kind: str, message: str) -> tuple[int, dict[str, Any]]:
    """The status and body of an error."""
    status, type_ = ERRORS[kind]
    return status, {"type": "error", "error": {"type": type_, "message": message}}


def body(said: Said) -> dict[str, Any]:
    """The whole answer."""
    block: dict[str, Any] = {"type": "text", "text": said.text}
    if said.tool:
        name, arguments = said.tool
        block = {"type": "tool_use", "id": "toolu_stand_in", "name": name, "input": arguments}
    return _frame(said) | {"content": [block], "stop_reason": _FINISH[said.finish]}


def without_choices(said: Said) -> dict[str, Any]:
    """A success that holds no answer."""
    return body(said) | {"content": []}


def stream(said: Said, _request: Mapping[str, Any]) -> Iterator[str]:
    """The answer as server-sent events; one that was cut just stops."""
    start = _frame(said)
    start["usage"] = start["usage"] | {"output_tokens": 1}
    yield _event({"type": "message_start", "message": start | {"content": [], "stop_reason": None}})
    block = body(said)["content"][0]
    empty: dict[str, Any] = {"input": {}} if said.tool else {"text": ""}
    yield _event({"type": "content_block_start", "index": 0, "content_block": block | empty})
    for delta in _deltas(said):
        yield _event({"type": "content_block_delta", "index": 0, "delta": delta})
    if said.finish is None:
        return
    yield _event({"type": "content_block_stop", "index": 0})
    end = {"stop_reason": _FINISH[said.finish], "stop_sequence": None}
    usage = {"output_tokens": said.completion_tokens}
    yield _event({"type": "message_delta", "delta": end, "usage": usage})
    yield _event({"type": "message_stop"})


def _deltas(said: Said) -> Iterator[dict[str, str]]:
    if said.tool:
        yield {"type": "input_json_delta", "partial_json": json.dumps(said.tool[1])}
    for piece in said.pieces:
        yield {"type": "text_delta", "text": piece}


def _event(data: Mapping[str, Any]) -> str:
    return f"event: {data['type']}\ndata: {json.dumps(data)}\n\n"


def _frame(said: Said) -> dict[str, Any]:
    usage = {
        "input_tokens": said.prompt_tokens - said.cached_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": said.cached_tokens,
        "output_tokens": said.completion_tokens,
    }
    frame = {"id": "msg_stand_in", "type": "message", "role": "assistant", "model": said.model}
    return frame | {"stop_sequence": None, "usage": usage}


def _forced(body: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    tools = {tool["name"]: tool for tool in body.get("tools") or ()}
    choice = body.get("tool_choice") or {}
    name = next(iter(tools), None) if choice.get("type") == "any" else choice.get("name")
    return (name, tools[name].get("input_schema") or {}) if name in tools and name else None


def _schema(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """`output_config.format`, or `output_format` as it was called before."""
    form = (body.get("output_config") or {}).get("format") or body.get("output_format") or {}
    schema: Mapping[str, Any] | None = form.get("schema")
    return schema
