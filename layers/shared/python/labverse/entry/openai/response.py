"""The answer of `POST /v1/chat/completions`; what OpenAI's format has no room for is in headers."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from labverse.entry.openai.wire import FunctionCall, ToolCall, Wire
from labverse.route.models import Tokens
from labverse.route.ports import Reply, Routed


class AnswerMessage(Wire):
    """The model's turn. `content` is null when it only calls tools."""

    role: Literal["assistant"] = "assistant"
    content: str | None
    refusal: None = None
    tool_calls: list[ToolCall] | None = Field(default=None, exclude_if=lambda calls: calls is None)


class Choice(Wire):
    """The one answer there is."""

    index: int = 0
    message: AnswerMessage
    logprobs: None = None
    finish_reason: Literal["stop", "length", "tool_calls"]


class PromptTokens(Wire):
    """How many of the prompt's tokens the provider had in its cache; null where it did not say."""

    cached_tokens: int | None


class Usage(Wire):
    """Tokens as the provider counted them."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptTokens


class ChatCompletion(Wire):
    """`usage` is null where the provider did not count; costs and attempts are in headers."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: Usage | None
    system_fingerprint: None = None


def completion(routed: Routed, now: datetime) -> ChatCompletion:
    """The answer as OpenAI writes it."""
    return ChatCompletion(
        id=f"chatcmpl-{routed.answer.trace_id}",
        created=int(now.timestamp()),
        model=routed.answer.model,
        choices=[Choice(message=_message(routed.reply), finish_reason=routed.reply.finish)],
        usage=_usage(routed.answer.tokens),
    )


def _message(reply: Reply) -> AnswerMessage:
    calls = [
        ToolCall(id=call.id, function=FunctionCall(name=call.name, arguments=call.arguments))
        for call in reply.tool_calls
    ]
    return AnswerMessage(content=reply.text or None, tool_calls=calls or None)


def _usage(tokens: Tokens) -> Usage | None:
    if tokens.input is None or tokens.output is None:
        return None
    return Usage(
        prompt_tokens=tokens.input,
        completion_tokens=tokens.output,
        total_tokens=tokens.input + tokens.output,
        prompt_tokens_details=PromptTokens(cached_tokens=tokens.cached_input),
    )
