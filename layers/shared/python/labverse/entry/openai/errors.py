"""Errors as OpenAI words them, so that its SDK raises the class its users already catch."""

import json
import re
from typing import Any

from labverse.entry.openai import headers
from labverse.entry.openai.wire import Wire
from labverse.kernel.errors import FieldError, InvalidInput, LabverseError
from labverse.platform import problem
from labverse.platform.api import ErrorFormat
from labverse.route.errors import UnknownModel

# OpenAI answers every request that must be changed with 400.
_STATUS = {415: 400, 422: 400}
_TYPES = {401: "authentication_error", 403: "permission_error"}
_CODES = {401: "invalid_api_key", 403: "insufficient_permissions", 413: "request_too_large"}
# The validator's kinds of error that OpenAI has a code for.
_KINDS = {"extra_forbidden": "unknown_parameter", "missing": "missing_required_parameter"}
# Where route's own words for a part of the work are in OpenAI's request.
_MEMBERS = {
    "text": "messages",
    "images": "messages",
    "json": "response_format",
    "cache_seconds": "x-labverse-cache-seconds",
}
_TOO_LONG = "text"


class ErrorDetail(Wire):
    """`param` is the first member that is wrong; the message lists them all."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorBody(Wire):
    """An error in OpenAI's shape."""

    error: ErrorDetail


def render(error: LabverseError, trace_id: str) -> dict[str, Any]:
    """The HTTP response for `error`; what was tried is in the headers."""
    answer = problem.problem(error, trace_id)
    status = _STATUS.get(answer["statusCode"], answer["statusCode"])
    unknown_model = isinstance(error, UnknownModel)
    status = 404 if unknown_model else status
    fields = error.fields if isinstance(error, InvalidInput) else ()
    state = error.extra.get("state")  # `warming`: a client may well ask again
    kind = "server_error" if status >= 500 else "invalid_request_error"
    tried = _tried(error.extra)
    reasons = [f"{name.removeprefix('x-labverse-')}: {text}" for name, text in tried.items()]
    messages = [_told(field) for field in fields] or [str(error), *reasons]
    detail = {
        "message": "; ".join(messages),
        "type": _TYPES.get(status, kind),
        "param": _param(fields[0]) if fields else None,
        "code": "model_not_found"
        if unknown_model
        else _CODES.get(status) or _code(fields) or state,
    }
    return answer | {
        "statusCode": status,
        "headers": {
            **answer["headers"],
            "content-type": "application/json",
            **headers.of_trace(trace_id),
            **(tried | _retry(status, error)),
        },
        "body": json.dumps({"error": detail}),
    }


def _retry(status: int, error: LabverseError) -> dict[str, str]:
    """OpenAI's SDK asks again after any 409, unless it is told that this would be in vain."""
    in_vain = status == 409 and error.retry_after is None
    return {"x-should-retry": "false"} if in_vain else {}


def _tried(extra: dict[str, Any]) -> dict[str, str]:
    attempts = ((item["provider"], item["outcome"]) for item in extra.get("attempts", ()))
    refused = ((item["model"], item["reason"]) for item in extra.get("refused", ()))
    return headers.of_attempts(attempts, refused)


def _param(field: FieldError) -> str:
    """`messages.0.content` of ours is `messages[0].content` of theirs."""
    name = field.field if field.kind else _MEMBERS.get(field.field, field.field)
    return re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", name)


def _told(field: FieldError) -> str:
    if field.kind == "extra_forbidden":
        return f"unknown parameter: {_param(field)!r}"
    return f"{_param(field)}: {field.message}"


def _code(fields: tuple[FieldError, ...]) -> str | None:
    if not fields:
        return None
    first = fields[0]
    if first.field == _TOO_LONG and not first.kind:
        return "context_length_exceeded"
    return _KINDS.get(first.kind, "invalid_value")


OPENAI = ErrorFormat(
    render=render,
    content={"application/json": {"model": ErrorBody}},
    body={
        400: "What cannot be used, and why; `param` names the first of it",
        413: "The body is over 1 MB",
    },
)
