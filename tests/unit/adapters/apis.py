"""The two APIs in their own words, for tests that say everything twice."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpcore

from labverse.adapters.anthropic import Anthropic
from labverse.adapters.deadline import Answer, Client
from labverse.adapters.openai_compatible import OpenAICompatible
from labverse.route.chat import Chat
from labverse.route.ports import Call, ModelPort, ProviderKeys

PROMPT = "Zanzibar-secret-prompt"
KEY = "sk-zanzibar-key"


def call(chat: Chat | None = None, **change: Any) -> Call:
    usual = {"model": "m", "temperature": 0.6, "max_output_tokens": 9, "seconds": 2.0}
    return Call.model_validate({**usual, "chat": chat or Chat.of(PROMPT), **change})


class Canned(Client):
    """Says the same to every request, and asks nobody."""

    def __init__(self, raw: bytes, status: int = 200) -> None:
        super().__init__()
        self.raw, self.status = raw, status

    @contextmanager
    def post(
        self, url: httpcore.URL, headers: Mapping[str, str], content: bytes
    ) -> Iterator[Answer]:
        yield Answer(self.status, {}, [self.raw])


class Keys:
    """`current` is what was read; `renewed` what a fresh read would give."""

    def __init__(self, current: str | None = KEY, renewed: str | None = KEY) -> None:
        self._current, self._renewed, self.rereads = current, renewed, 0

    def current(self, provider: str) -> str | None:
        return self._current

    def again(self, provider: str) -> str | None:
        self.rereads += 1
        self._current = self._renewed
        return self._renewed


@dataclass(frozen=True)
class Api:
    """One vendor's words for the same things."""

    name: str
    adapter: Callable[[str, Client, ProviderKeys | None], ModelPort]
    good: dict[str, Any]
    said: Callable[[Any], dict[str, Any]]
    finished: Callable[[Any], dict[str, Any]]
    called: Callable[[str, Any], dict[str, Any]]


def _openai(message: Any, finish: Any = "stop") -> dict[str, Any]:
    return {
        "model": "m-1",
        "choices": [{"message": message, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": 13,
            "completion_tokens": 2,
            "prompt_tokens_details": {"cached_tokens": 8},
        },
    }


def _openai_call(name: str, arguments: Any) -> dict[str, Any]:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    made = {"id": "c1", "type": "function", "function": {"name": name, "arguments": text}}
    return _openai({"content": None, "tool_calls": [made]}, "tool_calls")


def _anthropic(content: Any, stop: Any = "end_turn") -> dict[str, Any]:
    return {
        "model": "m-1",
        "type": "message",
        "content": content,
        "stop_reason": stop,
        "usage": {
            "input_tokens": 4,
            "cache_read_input_tokens": 8,
            "cache_creation_input_tokens": 1,
            "output_tokens": 2,
        },
    }


def _text(text: Any) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text}]


OPENAI = Api(
    name="openai",
    adapter=lambda url, client, keys: OpenAICompatible(url, client, "p", keys),
    good=_openai({"role": "assistant", "content": " Paris\n"}),
    said=lambda text: _openai({"content": text}),
    finished=lambda reason: _openai({"content": "Paris"}, reason),
    called=_openai_call,
)
ANTHROPIC = Api(
    name="anthropic",
    adapter=lambda url, client, keys: Anthropic(url, client, "p", keys or Keys()),
    good=_anthropic([{"type": "thinking", "thinking": "hm"}, *_text(" Paris\n")]),
    said=lambda text: _anthropic(_text(text)),
    finished=lambda reason: _anthropic(_text("Paris"), reason),
    called=lambda name, arguments: _anthropic(
        [{"type": "tool_use", "id": "c1", "name": name, "input": arguments}], "tool_use"
    ),
)
