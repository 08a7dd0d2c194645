"""Models behind an OpenAI-compatible `/chat/completions`: OpenAI, DashScope, Moonshot, Ollama…"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpcore

from labverse.adapters import openai_request, sigv4
from labverse.adapters.clock import new_id
from labverse.adapters.deadline import Client
from labverse.adapters.provider_answers import bad, billed, count, optional, part, usable
from labverse.adapters.provider_errors import local_refusal, refusal
from labverse.adapters.provider_http import Endpoint
from labverse.route.chat import ToolCall
from labverse.route.choice import LOCAL
from labverse.route.models import Tokens
from labverse.route.ports import Call, ProviderFailure, ProviderKeys, Reply

_FINISHES = ("stop", "length", "tool_calls")


@dataclass(frozen=True)
class OpenAICompatible:
    """`ModelPort` over one base URL (`https://host/v1`), safe from many threads.

    One `client` serves any number of these. Without `keys` nothing is authorized, as with local
    servers; an API Gateway of ours is asked with signed requests. `output_limit_name` is what this
    provider calls the most tokens to write; `extra` goes into every request as it is.
    """

    base_url: str
    client: Client
    provider: str
    keys: ProviderKeys | None = None
    output_limit_name: str = "max_tokens"
    extra: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def _endpoint(self) -> Endpoint:
        url = httpcore.URL(f"{self.base_url.rstrip('/')}/chat/completions")
        return Endpoint(
            url,
            self.client,
            self.provider,
            self.keys,
            _authorization,
            sign=sigv4.for_url(self.base_url),
            refusal=local_refusal if self.provider == LOCAL else refusal,
        )

    def complete(self, call: Call) -> Reply:
        """One answer, or ProviderFailure; `call.seconds` bounds it from connect to last byte."""
        body = {**openai_request.body(call, self.output_limit_name), **self.extra}
        answer = self._endpoint.ask(body, call.seconds)
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
    return {"authorization": f"Bearer {key}"}


def _tokens(usage: dict[str, Any]) -> Tokens:
    """`prompt_tokens` counts cached ones too. Moonshot says these beside it, others below it."""
    details = optional(usage.get("prompt_tokens_details"), dict, "usage")
    written = optional(usage.get("completion_tokens_details"), dict, "usage")
    cached = details.get("cached_tokens")
    return Tokens(
        input=count(usage.get("prompt_tokens")),
        cached_input=count(usage.get("cached_tokens") if cached is None else cached),
        output=count(usage.get("completion_tokens")),
        reasoning=count(written.get("reasoning_tokens")),
    )


def _reply(answer: dict[str, Any], call: Call, tokens: Tokens) -> Reply:
    choices = part(answer.get("choices"), list, "choices")
    if not choices:
        raise bad("there is no choice")
    choice = part(choices[0], dict, "a choice")
    message = part(choice.get("message"), dict, "the message")
    finish = _finish(choice.get("finish_reason"))
    calls = tuple(
        _tool_call(one, call) for one in optional(message.get("tool_calls"), list, "calls")
    )
    if finish == "tool_calls" and not calls:
        raise bad("finished for tool calls, and there are none")
    # Where one tool is forced, OpenAI itself says "stop".
    finish = "tool_calls" if calls and finish == "stop" else finish
    model = answer.get("model")
    return Reply.model_validate(
        {
            "text": _text(message.get("content")),
            "model": model if model and isinstance(model, str) else call.model,
            "tokens": tokens,
            "finish": finish,
            "tool_calls": calls,
        }
    )


def _finish(reason: Any) -> str:
    if reason is None:
        raise ProviderFailure("truncated", "the answer does not say that it is finished")
    if reason == "content_filter":
        raise ProviderFailure("rejected", "the answer was filtered")
    if reason not in _FINISHES:
        raise bad("the finish reason is unknown")
    return str(reason)


def _text(content: Any) -> str:
    """Some providers answer in parts, as they are asked."""
    if isinstance(content, list):
        parts = [part(one, dict, "a part of the content") for one in content]
        texts = [one.get("text") for one in parts if one.get("type") == "text"]
        return "".join(part(text, str, "text") for text in texts).strip()
    return str(optional(content, str, "content")).strip()


def _tool_call(made: Any, call: Call) -> ToolCall:
    function = part(part(made, dict, "a tool call").get("function"), dict, "a function")
    name = part(function.get("name"), str, "a function's name")
    arguments = part(function.get("arguments"), str, "arguments")
    if not arguments.strip() and not _needs_arguments(name, call):
        arguments = "{}"  # what some write for a tool that takes nothing
    made_id = made.get("id")
    return ToolCall(
        id=made_id if made_id and isinstance(made_id, str) else f"call_{new_id()}",
        name=name,
        arguments=arguments,
    )


def _needs_arguments(name: str, call: Call) -> bool:
    return any(tool.parameters.get("required") for tool in call.chat.tools if tool.name == name)
