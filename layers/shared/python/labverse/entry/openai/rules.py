"""What a chat request must keep beyond its types; each breach names the member it is in."""

from collections.abc import Iterator, Sequence

from labverse.entry.openai.messages import Message, Part
from labverse.entry.openai.request import ChatRequest
from labverse.kernel.errors import FieldError, InvalidInput


def check(request: ChatRequest) -> None:
    """Raises InvalidInput with every breach."""
    broken = [*_options(request), *_tools(request), *_messages(request.messages)]
    if broken:
        raise InvalidInput("the request cannot be used", broken)


def _options(request: ChatRequest) -> Iterator[FieldError]:
    if request.stream_options and not request.stream:
        yield FieldError(field="stream_options", message="only allowed when `stream` is true")
    wanted = request.response_format
    if wanted and (wanted.type == "json_schema") != (wanted.json_schema is not None):
        message = "must be there when `type` is json_schema, and only then"
        yield FieldError(field="response_format.json_schema", message=message)


def _tools(request: ChatRequest) -> Iterator[FieldError]:
    names = [tool.function.name for tool in request.tools or ()]
    if len(set(names)) < len(names):
        yield FieldError(field="tools", message="two functions have the same name")
    choice = request.tool_choice
    if choice is None:
        return
    if not names:
        yield FieldError(field="tool_choice", message="only allowed when there are `tools`")
    if (choice.type == "function") != (choice.function is not None):
        message = "must be there when `type` is function, and only then"
        yield FieldError(field="tool_choice.function", message=message)
    elif choice.function and names and choice.function.name not in names:
        yield FieldError(field="tool_choice.function.name", message="names none of the `tools`")


def _messages(messages: Sequence[Message]) -> Iterator[FieldError]:
    parts = [part for message in messages for part in message.content or ()]
    if not any(part.image_url or (part.text or "").strip() for part in parts):
        yield FieldError(field="messages", message="hold nothing to answer")
    for index, message in enumerate(messages):
        yield from _members(f"messages.{index}", message)
        for number, part in enumerate(message.content or ()):
            yield from _part(f"messages.{index}.content.{number}", part, message.role)
    yield from _calls(messages)


def _members(where: str, message: Message) -> Iterator[FieldError]:
    role = message.role
    if message.content is None and not message.tool_calls:
        yield FieldError(field=f"{where}.content", message="must be there")
    if message.tool_calls and role != "assistant":
        yield FieldError(field=f"{where}.tool_calls", message=f"a {role} message calls no tools")
    if (message.tool_call_id is not None) != (role == "tool"):
        message_ = "must be there when `role` is tool, and only then"
        yield FieldError(field=f"{where}.tool_call_id", message=message_)


def _part(where: str, part: Part, role: str) -> Iterator[FieldError]:
    if (part.text is not None) != (part.type == "text"):
        yield FieldError(field=f"{where}.text", message="must be there in a text, and only there")
    if (part.image_url is not None) != (part.type == "image_url"):
        message = "must be there in an image_url, and only there"
        yield FieldError(field=f"{where}.image_url", message=message)
    if part.type == "image_url" and role != "user":
        yield FieldError(field=where, message=f"a {role} message holds no images")


def _calls(messages: Sequence[Message]) -> Iterator[FieldError]:
    """Providers refuse a conversation in which calls and their results do not match."""
    asked: set[str] = set()
    for index, message in enumerate(messages):
        if message.role == "tool":
            if message.tool_call_id not in asked:
                text = "answers no open call of the assistant's message before it"
                yield FieldError(field=f"messages.{index}.tool_call_id", message=text)
            asked.discard(message.tool_call_id or "")
            continue
        if asked:
            yield _unanswered(f"messages.{index}", asked)
        asked = {call.id for call in message.tool_calls or ()}
    if asked:
        yield _unanswered("messages", asked)


def _unanswered(where: str, asked: set[str]) -> FieldError:
    ids = ", ".join(sorted(asked))
    return FieldError(field=where, message=f"no tool message answers the calls {ids[:200]}")
