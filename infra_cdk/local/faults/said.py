"""What a model that is well would say: short, the same each time, in the form that was asked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

KNOWN = {"capital of france": "Paris"}
PROSE = "Sure! Here is what you asked for, in my own words."
WORDS = 12
_CHARACTERS = 4  # per token, the usual rule of thumb
_CACHED_FROM, _CACHED_STEP = 1024, 128


@dataclass(frozen=True)
class Said:
    """An answer before it takes a provider's shape. `tool` is a call: name and arguments.

    `finish` is stop, length or tool; None is an answer that was cut."""

    model: str
    prompt_tokens: int
    text: str = ""
    tool: tuple[str, dict[str, Any]] | None = None
    finish: str | None = "stop"

    @property
    def cached_tokens(self) -> int:
        """Long prompts count as read from a cache, in whole steps."""
        long = self.prompt_tokens >= _CACHED_FROM
        return self.prompt_tokens // _CACHED_STEP * _CACHED_STEP if long else 0

    @property
    def completion_tokens(self) -> int:
        """Of the text, or of the call's arguments."""
        return tokens(json.dumps(self.tool[1]) if self.tool else self.text)

    @property
    def pieces(self) -> list[str]:
        """The text as a stream brings it: word by word."""
        return re.findall(r"\S+\s*|\s+", self.text)

    def limited(self, most: int | None) -> Said:
        """The same, cut to at most so many tokens."""
        if self.tool or most is None or self.completion_tokens <= most:
            return self
        return replace(self, text=self.text[: most * _CHARACTERS], finish="length")

    def sick(self, kind: str) -> Said:
        """The same with a fault of the answer itself; unchanged for every other kind."""
        if kind == "empty_text":
            return replace(self, text="", tool=None)
        if kind == "truncated":
            return replace(self, text=self.text[: len(self.text) // 2], finish=None)
        if kind == "wrong_json":
            return replace(self, text=PROSE, tool=None, finish="stop")
        return self


@dataclass(frozen=True)
class Asked:
    """A request, whatever its provider's shape. `forced` is a tool that must be called, with its
    schema; `schema` is that of the JSON to answer with ({} = any object), None = prose."""

    model: str
    messages: Sequence[Mapping[str, Any]]
    most: int | None = None
    forced: tuple[str, Mapping[str, Any]] | None = None
    schema: Mapping[str, Any] | None = None

    def answer(self) -> Said:
        """What to say."""
        count = sum(4 + tokens(_plain(message.get("content"))) for message in self.messages)
        said = Said(self.model, count)
        if self.forced:
            name, schema = self.forced
            return replace(said, tool=(name, sample(schema, "text")), finish="tool")
        text = _sentence(self.model, _question(self.messages))
        if self.schema is not None:
            text = json.dumps(sample(self.schema, text) if self.schema else {"answer": text})
        return replace(said, text=text).limited(self.most)


def tokens(text: str) -> int:
    """About how many tokens a text has; at least one, unless it is empty."""
    return -(-len(text) // _CHARACTERS)


def sample(schema: Mapping[str, Any], text: str) -> Any:
    """A value that fits a JSON schema, holding required members only; strings are `text`."""
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        members = schema.get("properties", {})
        return {name: sample(members.get(name, {}), text) for name in schema.get("required", ())}
    plain: dict[str, Any] = {"array": [], "integer": 1, "number": 1, "boolean": True, "null": None}
    return plain.get(kind, text)


def _question(messages: Sequence[Mapping[str, Any]]) -> str:
    asked = [message for message in messages if message.get("role") == "user"]
    return _plain(asked[-1].get("content")) if asked else ""


def _sentence(model: str, question: str) -> str:
    for phrase, answer in KNOWN.items():
        if phrase in question.lower():
            return answer
    words = question.split()
    start = " ".join(words[:WORDS]) + (" …" if len(words) > WORDS else "")
    return f"This stand-in for {model} read {len(words)} words, beginning: {start}"


def _plain(content: Any) -> str:
    """The text of a message, whose content is a string or a list of parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return " ".join(str(part.get("text", "")) for part in parts if isinstance(part, Mapping))
