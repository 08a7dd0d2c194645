"""Whether a model's answer is one: the checks that no vendor makes for us.

An answer that is empty, cut short or not what was asked is a failure like any other, so that the
next candidate is asked. It may have to be paid all the same.
"""

import json
from typing import Any

from labverse.adapters.json_shape import fits
from labverse.route.chat import Chat, ToolCall
from labverse.route.models import Tokens
from labverse.route.ports import ProviderFailure, Reply

# No model counts further; a larger figure would be billed.
_MOST_TOKENS = 1_000_000_000


def bad(detail: str) -> ProviderFailure:
    """The answer is not of the provider's documented form."""
    return ProviderFailure("bad_response", detail)


def count(value: Any) -> int | None:
    """A number of tokens; None where it was not said. Raises ProviderFailure for anything else."""
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_TOKENS:
        raise bad("the usage is not a count")
    return value


def part(value: Any, kind: type, what: str) -> Any:
    """`value`, which must be of that JSON type. Raises ProviderFailure."""
    if not isinstance(value, kind):
        raise bad(f"{what} is not of type {kind.__name__}")
    return value


def optional(value: Any, kind: type, what: str) -> Any:
    """The same; an absent or null one is an empty one."""
    return kind() if value is None else part(value, kind, what)


def billed(failure: ProviderFailure, tokens: Tokens) -> ProviderFailure:
    """The failure, with the tokens that were counted for it, if any were."""
    if tokens.input is None and tokens.output is None:
        return failure
    return ProviderFailure(failure.outcome, failure.detail, tokens=tokens)


def usable(reply: Reply, chat: Chat) -> Reply:
    """The reply, if it is what `chat` asked for. Raises ProviderFailure: empty, wrong_format."""
    if not reply.text and not reply.tool_calls:
        raise ProviderFailure("empty", "the answer is empty")
    _check_tools(reply.tool_calls, chat)
    if chat.json_schema is not None and not reply.tool_calls:
        _check_json(reply.text, chat.json_schema)
    return reply


def _check_tools(calls: tuple[ToolCall, ...], chat: Chat) -> None:
    known = {tool.name for tool in chat.tools}
    if chat.forced_tool is not None:
        known &= {chat.forced_tool}
    if chat.tool_choice == "none":
        known = set()
    for call in calls:
        if call.name not in known:
            raise ProviderFailure("wrong_format", "a tool that was not offered is called")
        if not isinstance(_json(call.arguments), dict):
            raise ProviderFailure("wrong_format", "a tool call's arguments are not an object")
    if not calls and (chat.forced_tool is not None or chat.tool_choice == "required"):
        raise ProviderFailure("wrong_format", "a tool call was asked for, and there is none")


def _check_json(text: str, schema: dict[str, Any]) -> None:
    value = _json(text)
    # "Any JSON" is what vendors call JSON mode, and there it is always an object.
    if not (fits(value, schema) if schema else isinstance(value, dict)):
        raise ProviderFailure("wrong_format", "the answer is not of the schema that was asked")


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ProviderFailure("wrong_format", "what should be JSON is not") from error


def _no_constant(name: str) -> None:
    """Python reads NaN and Infinity; JSON has neither."""
    raise ValueError(name)
