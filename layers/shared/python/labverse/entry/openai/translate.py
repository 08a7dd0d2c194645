"""From OpenAI's words to route's."""

from typing import Any

from labverse.entry.openai import request as wire
from labverse.entry.openai.messages import Message, Part
from labverse.route import chat
from labverse.route.models import Work


def work(request: wire.ChatRequest, limits: wire.Limits) -> Work:
    """The piece of work that a checked request asks for."""
    return Work(
        chat=conversation(request),
        task_class=limits.task_class,
        max_latency_ms=limits.max_latency_ms,
        max_cost_usd=limits.max_cost_usd,
        max_output_tokens=request.max_completion_tokens or request.max_tokens,
        model=None if request.model == wire.AUTO else request.model,
        temperature=request.temperature,
        cache_seconds=limits.cache_seconds,
    )


def conversation(request: wire.ChatRequest) -> chat.Chat:
    """The messages, and how the answer must be."""
    return chat.Chat(
        messages=tuple(_message(message) for message in request.messages),
        tools=tuple(_tool(tool.function) for tool in request.tools or ()),
        stop=tuple(request.stop or ()),
        seed=request.seed,
        **_choice(request.tool_choice),
        **_format(request.response_format),
    )


def _message(message: Message) -> chat.Message:
    # An empty text beside a tool call says nothing, and some providers refuse it.
    parts = [part for part in message.content or () if part.text != "" or not message.tool_calls]
    return chat.Message(
        role="system" if message.role == "developer" else message.role,
        parts=tuple(_part(part) for part in parts),
        tool_calls=tuple(
            chat.ToolCall(id=call.id, name=call.function.name, arguments=call.function.arguments)
            for call in message.tool_calls or ()
        ),
        tool_call_id=message.tool_call_id,
    )


def _part(part: Part) -> chat.TextPart | chat.ImagePart:
    if part.image_url:
        return chat.ImagePart(url=part.image_url.url)
    return chat.TextPart(text=part.text or "")


def _tool(function: wire.Function) -> chat.Tool:
    return chat.Tool(
        name=function.name,
        description=function.description or "",
        parameters=function.parameters or {},
    )


def _choice(choice: wire.ToolChoice | None) -> dict[str, Any]:
    if choice is None:
        return {}
    return (
        {"forced_tool": choice.function.name} if choice.function else {"tool_choice": choice.type}
    )


def _format(wanted: wire.ResponseFormat | None) -> dict[str, Any]:
    if wanted is None or wanted.type == "text":
        return {}
    if wanted.json_schema is None:
        return {"json_schema": {}}
    return {"json_schema": wanted.json_schema.schema_ or {}, "json_name": wanted.json_schema.name}
