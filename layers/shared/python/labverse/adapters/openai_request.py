"""A conversation as the body of OpenAI's `/chat/completions`."""

from typing import Any

from labverse.route.chat import Chat, ImagePart, Message, TextPart, Tool
from labverse.route.ports import Call

# Providers refuse JSON mode for a conversation that never mentions it.
_SAY_JSON = {"role": "system", "content": "Answer with a JSON object and nothing else."}


def body(call: Call, output_limit_name: str) -> dict[str, Any]:
    """The request; what the conversation does not say is left out."""
    chat = call.chat
    said: dict[str, Any] = {
        "temperature": call.temperature,
        "tools": [_tool(tool) for tool in chat.tools] or None,
        "tool_choice": _tool_choice(chat),
        "response_format": _response_format(chat),
        "stop": list(chat.stop) or None,
        "seed": chat.seed,
    }
    return {
        "model": call.model,
        "messages": _messages(chat),
        output_limit_name: call.max_output_tokens,
        "stream": False,
        **{name: value for name, value in said.items() if value is not None},
    }


def _messages(chat: Chat) -> list[dict[str, Any]]:
    messages = [_message(message) for message in chat.messages]
    if chat.json_schema == {} and "json" not in chat.text.lower():
        return [_SAY_JSON, *messages]
    return messages


def _message(message: Message) -> dict[str, Any]:
    out: dict[str, Any] = {"role": message.role, "content": _content(message)}
    if message.tool_calls:
        out["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    if message.tool_call_id is not None:
        out["tool_call_id"] = message.tool_call_id
    return out


def _content(message: Message) -> str | list[dict[str, Any]] | None:
    """A plain string wherever it can be: not every server takes parts."""
    if not message.parts:
        return None if message.tool_calls else ""
    if len(message.parts) == 1 and isinstance(message.parts[0], TextPart):
        return message.parts[0].text
    return [_part(part) for part in message.parts]


def _part(part: TextPart | ImagePart) -> dict[str, Any]:
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text}
    return {"type": "image_url", "image_url": {"url": part.url}}


def _tool(tool: Tool) -> dict[str, Any]:
    function: dict[str, Any] = {
        "name": tool.name,
        "parameters": tool.parameters or {"type": "object", "properties": {}},
    }
    if tool.description:
        function["description"] = tool.description
    return {"type": "function", "function": function}


def _tool_choice(chat: Chat) -> str | dict[str, Any] | None:
    if not chat.tools:
        return None
    if chat.forced_tool is not None:
        return {"type": "function", "function": {"name": chat.forced_tool}}
    return chat.tool_choice


def _response_format(chat: Chat) -> dict[str, Any] | None:
    if chat.json_schema is None:
        return None
    if not chat.json_schema:
        return {"type": "json_object"}
    return {
        "type": "json_schema",
        "json_schema": {"name": chat.json_name, "schema": chat.json_schema},
    }
