"""A conversation in route's words: every provider's format is translated to and from this."""

import json
from collections.abc import Iterable
from typing import Any, Literal

from pydantic import Field

from labverse.kernel.model import Model

Capability = Literal["tools", "images", "json", "seed", "stop"]
"""What a conversation may need beyond text; a model that lacks one is refused with that reason."""


class TextPart(Model):
    """A piece of text in a message."""

    type: Literal["text"] = "text"
    text: str


class ImagePart(Model):
    """An image: an https URL or a `data:image/…;base64,` URL."""

    type: Literal["image"] = "image"
    url: str


class ToolCall(Model):
    """A function the model wants called. `arguments` is JSON text, as the model wrote it."""

    id: str
    name: str
    arguments: str


class Message(Model):
    """One turn. A `tool` message answers the call named `tool_call_id`."""

    role: Literal["system", "user", "assistant", "tool"]
    parts: tuple[TextPart | ImagePart, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


class Tool(Model):
    """A function the model may ask for. `parameters` is a JSON Schema."""

    name: str
    description: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict)


class Chat(Model):
    """Messages, and how the answer must be. None means: the provider's own default."""

    messages: tuple[Message, ...] = Field(min_length=1)
    tools: tuple[Tool, ...] = ()
    tool_choice: Literal["auto", "none", "required"] | None = None
    forced_tool: str | None = Field(default=None, description="This tool and no other.")
    json_schema: dict[str, Any] | None = Field(
        default=None, description="The answer is JSON: of this schema, or any where it is {}."
    )
    json_name: str = Field(default="answer", description="The schema's name, where one is asked.")
    stop: tuple[str, ...] = ()
    seed: int | None = None

    @classmethod
    def of(cls, text: str) -> "Chat":
        """One user message."""
        return cls(messages=(Message(role="user", parts=(TextPart(text=text),)),))

    @property
    def needs(self) -> frozenset[Capability]:
        """The capabilities without which a model cannot serve this."""
        parts = [part for message in self.messages for part in message.parts]
        calls = any(message.tool_calls or message.role == "tool" for message in self.messages)
        wanted: dict[Capability, bool] = {
            "tools": bool(self.tools) or calls,
            "images": any(isinstance(part, ImagePart) for part in parts),
            "json": self.json_schema is not None,
            "seed": self.seed is not None,
            "stop": bool(self.stop),
        }
        return frozenset(name for name, needed in wanted.items() if needed)

    @property
    def text(self) -> str:
        """All text there is, for counting; images and schemas are not in it."""
        return _text(self.messages)

    @property
    def asked(self) -> str:
        """What the users wrote: instructions and earlier answers do not make a task harder."""
        return _text(message for message in self.messages if message.role == "user")

    @property
    def beside_text(self) -> str:
        """What else is sent that a model counts: tools, their calls, the schema; often nothing."""
        calls = [call for message in self.messages for call in message.tool_calls]
        schema = [json.dumps(self.json_schema)] if self.json_schema else []
        tools = [tool.model_dump_json() for tool in self.tools]
        return "\n".join([*schema, *tools, *(call.model_dump_json() for call in calls)])

    @property
    def images(self) -> int:
        """How many images are sent."""
        parts = [part for message in self.messages for part in message.parts]
        return sum(isinstance(part, ImagePart) for part in parts)


def _text(messages: Iterable[Message]) -> str:
    parts = [part for message in messages for part in message.parts]
    return "\n".join(part.text for part in parts if isinstance(part, TextPart))
