"""A conversation as the body of Anthropic's `/messages`.

JSON is asked for by a tool that the model must call, with the schema as its input: the API hands
its input over as an object, on every model, where an instruction would give prose around JSON, or
a code fence, every so often.
"""

import json
import re
from typing import Any

from labverse.route.chat import Chat, ImagePart, Message, TextPart, Tool
from labverse.route.ports import Call, ProviderFailure

_ANY_OBJECT = {"type": "object", "properties": {}}
_DATA_URL = re.compile(r"data:(image/[\w.+-]+);base64,(.+)", re.DOTALL)
_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_-]")
_VALUE = "value"


def body(call: Call) -> dict[str, Any]:
    """The request. Raises ProviderFailure: rejected, for what this API has no words for."""
    chat = call.chat
    system, messages = _system(chat), _turns(chat)
    if not messages:  # there must be one; a conversation of instructions alone is the user's
        system, messages = "", [{"role": "user", "content": [{"type": "text", "text": system}]}]
    said: dict[str, Any] = {
        "system": system or None,
        "temperature": None if call.temperature is None else min(call.temperature, 1.0),
        "stop_sequences": list(chat.stop) or None,
        "tools": _tools(chat) or None,
        "tool_choice": _tool_choice(chat),
    }
    return {
        "model": call.model,
        "max_tokens": call.max_output_tokens,
        "messages": messages,
        **{name: value for name, value in said.items() if value is not None},
    }


def answer_tool(chat: Chat) -> str | None:
    """The name of the tool whose input is the JSON answer; None where no JSON is asked."""
    if chat.json_schema is None or chat.forced_tool is not None:
        return None
    name = _NOT_IN_NAMES.sub("_", chat.json_name)[:60] or "answer"
    while any(tool.name == name for tool in chat.tools):
        name += "_"
    return name


def unwrapped(value: dict[str, Any], chat: Chat) -> Any:
    """The JSON answer in the answer tool's input."""
    return value.get(_VALUE) if _is_wrapped(chat.json_schema or {}) else value


def _system(chat: Chat) -> str:
    parts = [part for turn in chat.messages if turn.role == "system" for part in turn.parts]
    return "\n\n".join(part.text for part in parts if isinstance(part, TextPart))


def _turns(chat: Chat) -> list[dict[str, Any]]:
    """User and assistant in turn: neighbours of one role are one turn, and results are a user's."""
    turns: list[dict[str, Any]] = []
    for message in chat.messages:
        if message.role == "system":
            continue
        role = "assistant" if message.role == "assistant" else "user"
        blocks = _blocks(message)
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += blocks
        elif blocks:
            turns.append({"role": role, "content": blocks})
    return turns


def _blocks(message: Message) -> list[dict[str, Any]]:
    # Blank text is refused, and says nothing.
    blocks = [
        _block(part)
        for part in message.parts
        if not isinstance(part, TextPart) or part.text.strip()
    ]
    if message.role == "tool":
        return [
            {
                "type": "tool_result",
                "tool_use_id": _id(message.tool_call_id or ""),
                "content": blocks,
            }
        ]
    uses = [
        {
            "type": "tool_use",
            "id": _id(call.id),
            "name": call.name,
            "input": _input(call.arguments),
        }
        for call in message.tool_calls
    ]
    return blocks + uses


def _block(part: TextPart | ImagePart) -> dict[str, Any]:
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text}
    if not part.url.startswith("data:"):
        return {"type": "image", "source": {"type": "url", "url": part.url}}
    data = _DATA_URL.fullmatch(part.url)
    if data is None:
        raise ProviderFailure("rejected", "an image is not a base64 data URL")
    source = {"type": "base64", "media_type": data[1], "data": data[2]}
    return {"type": "image", "source": source}


def _id(call_id: str) -> str:
    """Other vendors' ids have dots and colons, which are refused here."""
    return _NOT_IN_NAMES.sub("_", call_id) or "_"


def _input(arguments: str) -> dict[str, Any]:
    try:
        value = json.loads(arguments or "{}")
    except (ValueError, RecursionError) as error:
        raise ProviderFailure("rejected", "an earlier tool call is not JSON") from error
    if not isinstance(value, dict):
        raise ProviderFailure("rejected", "an earlier tool call is not a JSON object")
    return value


def _tools(chat: Chat) -> list[dict[str, Any]]:
    tools = [_tool(tool) for tool in chat.tools]
    name = answer_tool(chat)
    if name is not None:
        schema = _as_input(chat.json_schema or {})
        tools.append({"name": name, "description": "Give the answer.", "input_schema": schema})
    return tools


def _tool(tool: Tool) -> dict[str, Any]:
    described = {"description": tool.description} if tool.description else {}
    schema = {"type": "object", **tool.parameters} if tool.parameters else _ANY_OBJECT
    return {"name": tool.name, **described, "input_schema": schema}


def _tool_choice(chat: Chat) -> dict[str, Any] | None:
    answer = answer_tool(chat)
    if answer is not None:
        # With real tools beside it, the model calls one of these first or answers.
        free = bool(chat.tools) and chat.tool_choice != "none"
        return {"type": "any"} if free else {"type": "tool", "name": answer}
    if not chat.tools:
        return None
    if chat.forced_tool is not None:
        return {"type": "tool", "name": chat.forced_tool}
    if chat.tool_choice is None:
        return None
    return {"type": "any" if chat.tool_choice == "required" else chat.tool_choice}


def _as_input(schema: dict[str, Any]) -> dict[str, Any]:
    if not schema:
        return _ANY_OBJECT
    if not _is_wrapped(schema):
        return {"type": "object", **schema}
    shared: dict[str, Any] = {
        name: schema[name] for name in ("$defs", "definitions") if name in schema
    }
    return {"type": "object", "properties": {_VALUE: schema}, "required": [_VALUE], **shared}


def _is_wrapped(schema: dict[str, Any]) -> bool:
    """A tool's input is an object, so any other answer travels inside of one."""
    alternatives = any(name in schema for name in ("anyOf", "oneOf", "allOf", "$ref"))
    return alternatives or schema.get("type", "object") != "object"
