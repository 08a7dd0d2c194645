"""Claude behind Anthropic's Messages API."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpcore

from labverse.adapters import anthropic_request
from labverse.adapters.deadline import Client
from labverse.adapters.provider_answers import bad, billed, count, optional, part, usable
from labverse.adapters.provider_http import Endpoint
from labverse.route.chat import ToolCall
from labverse.route.models import Tokens
from labverse.route.ports import Call, ProviderFailure, ProviderKeys, Reply

_VERSION = "2023-06-01"
_FINISHES = {
    "end_turn": "stop", "stop_sequence": "stop", "max_tokens": "length", "tool_use": "tool_calls",
}  # fmt: skip
# The context filled up, or a turn was paused: what there is of the answer is not all of it.
_UNFINISHED = (None, "model_context_window_exceeded", "pause_turn")


@dataclass(frozen=True)
class Anthropic:
    """`ModelPort` over one base URL (`https://host/v1`), safe from many threads.

    One `client` serves any number of these. There is no seed here, and a temperature above 1 is
    sent as 1.
    """

    base_url: str
    client: Client
    provider: str
    keys: ProviderKeys | None

    @cached_property
    def _endpoint(self) -> Endpoint:
        url = httpcore.URL(f"{self.base_url.rstrip('/')}/messages")
        return Endpoint(url, self.client, self.provider, self.keys, _authorization)

    def complete(self, call: Call) -> Reply:
        """One answer, or ProviderFailure; `call.seconds` bounds it from connect to last byte."""
        answer = self._endpoint.ask(anthropic_request.body(call), call.seconds)
        tokens = _tokens(optional(answer.get("usage"), dict, "usage"))
        try:
            return usable(_reply(answer, call, tokens), call.chat)
        except ProviderFailure as failure:
            raise billed(failure, tokens) from failure
        except (ValueError, RecursionError) as error:
            # Text that is no text (half a surrogate pair) is refused by our own model, whose error
            # quotes it: it must not travel along into a log.
            raise billed(bad(type(error).__name__), tokens) from None


def _authorization(key: str) -> Mapping[str, str]:
    return {"x-api-key": key, "anthropic-version": _VERSION}


def _tokens(usage: dict[str, Any]) -> Tokens:
    """Anthropic counts input without what was read from or written to its cache; we count all."""
    fresh = count(usage.get("input_tokens"))
    read = count(usage.get("cache_read_input_tokens"))
    written = count(usage.get("cache_creation_input_tokens"))
    return Tokens(
        input=None if fresh is None else fresh + (read or 0) + (written or 0),
        cached_input=read,
        output=count(usage.get("output_tokens")),
    )


def _reply(answer: dict[str, Any], call: Call, tokens: Tokens) -> Reply:
    blocks = [part(one, dict, "a block") for one in part(answer.get("content"), list, "content")]
    finish = _finish(answer.get("stop_reason"))
    uses = [block for block in blocks if block.get("type") == "tool_use"]
    answers = [use for use in uses if use.get("name") == anthropic_request.answer_tool(call.chat)]
    calls = tuple(_tool_call(use) for use in uses if use not in answers)
    text = _text(blocks)
    if answers and not calls:
        text, finish = _json_answer(answers[0], call, finish)
    elif finish == "tool_calls" and not calls:
        raise bad("finished for tool calls, and there are none")
    model = answer.get("model")
    return Reply.model_validate(
        {
            "text": text,
            "model": model if model and isinstance(model, str) else call.model,
            "tokens": tokens,
            "finish": finish,
            "tool_calls": calls,
        }
    )


def _finish(reason: Any) -> str:
    if reason in _UNFINISHED:
        raise ProviderFailure("truncated", "the answer is not finished")
    if reason == "refusal":
        raise ProviderFailure("rejected", "the model refused to answer")
    if not isinstance(reason, str) or reason not in _FINISHES:
        raise bad("the stop reason is unknown")
    return _FINISHES[reason]


def _text(blocks: list[dict[str, Any]]) -> str:
    texts = [block.get("text") for block in blocks if block.get("type") == "text"]
    return "".join(part(text, str, "text") for text in texts).strip()


def _json_answer(use: dict[str, Any], call: Call, finish: str) -> tuple[str, str]:
    """The answer tool's input as text; the caller asked for JSON, and knows nothing of a tool."""
    if finish == "length":
        # The API closes the object that it hands over, so it would look whole.
        raise ProviderFailure("truncated", "the JSON was cut short")
    value = anthropic_request.unwrapped(part(use.get("input"), dict, "input"), call.chat)
    return json.dumps(value, ensure_ascii=False), "stop"


def _tool_call(use: dict[str, Any]) -> ToolCall:
    return ToolCall(
        id=part(use.get("id"), str, "a tool call's id"),
        name=part(use.get("name"), str, "a tool's name"),
        arguments=json.dumps(part(use.get("input"), dict, "input"), ensure_ascii=False),
    )
