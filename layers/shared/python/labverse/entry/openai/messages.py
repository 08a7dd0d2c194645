"""Messages of a chat request. Content that is one string is read as a list of one text."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from labverse.entry.openai.wire import ToolCall, Wire


class ImageUrl(Wire):
    """An image on the web, or in the URL itself."""

    url: str = Field(pattern=r"^(https://|data:image/)")
    detail: Literal["auto"] | None = None


class Part(Wire):
    """One part of a message: the member that `type` names is there, and no other."""

    type: Literal["text", "image_url"]
    text: str | None = None
    image_url: ImageUrl | None = None


def _as_parts(content: Any) -> Any:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


class Message(Wire):
    """One turn. What an answer of ours holds can be sent back as it is."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Annotated[
        list[Part] | None,
        BeforeValidator(_as_parts, json_schema_input_type=str | list[Part] | None),
    ] = None
    tool_calls: list[ToolCall] | None = Field(default=None, min_length=1)
    tool_call_id: str | None = None
    # Members of OpenAI's answers that we have nothing for; SDKs send them back with the message.
    refusal: None = None
    audio: None = None
    function_call: None = None
    annotations: Annotated[list[Any], Field(max_length=0)] | None = None
