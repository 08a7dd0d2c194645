"""What the API document says about a route, and how a route words its errors."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse

from labverse.kernel.errors import LabverseError
from labverse.platform import problem

_PROBLEMS = {401: "No key, or a wrong or revoked one", 403: "The key lacks the scope"}
WRITES = ("POST", "PUT", "PATCH")
"""Methods with a body. Behind a key, each of their routes takes an Idempotency-Key."""
_TWICE = {
    409: "Its Idempotency-Key is another request's, or the first of its kind is still running "
    "(Retry-After)"
}


class ErrorFormat(NamedTuple):
    """How a route words its errors: problem documents, unless its callers expect another format.

    `content` is what the API document shows for every error, `body` the statuses of a refused body.
    """

    render: Callable[[LabverseError, str], dict[str, Any]]
    content: Mapping[str, Any]
    body: Mapping[int, str]


PROBLEMS = ErrorFormat(
    render=problem.problem,
    content={problem.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    body={
        413: "The body is over 1 MB",
        415: "The body is not JSON",
        422: "Every field that cannot be used, and why",
    },
)


class RouteDoc(NamedTuple):
    """What the API document says about a route beyond its types."""

    summary: str
    tag: str
    problems: Mapping[int, str] = {}
    media: str = "application/json"
    content: Mapping[str, Any] | None = None
    """By media type, where the entry's return type does not tell; otherwise one text of `media`."""


def documented(
    method: str, scope: str, doc: RouteDoc, errors: ErrorFormat
) -> dict[int, OpenAPIResponse]:
    """Every answer of a route, by status: its own, and what every one has that is like it."""
    writes = method in WRITES
    guarded = _PROBLEMS if scope else {}
    twice = _TWICE if writes and scope else {}
    problems = {**doc.problems, **guarded, **(errors.body if writes else {}), **twice}
    return _documented(doc, problems, errors)


def _documented(
    doc: RouteDoc, problems: Mapping[int, str], errors: ErrorFormat
) -> dict[int, OpenAPIResponse]:
    content: Any = dict(errors.content)
    good: OpenAPIResponse = {"description": "OK"}
    if doc.content is not None:
        good = {"description": "OK", "content": dict(doc.content)}
    elif doc.media != "application/json":
        good = {"description": "OK", "content": {doc.media: {"schema": {"type": "string"}}}}
    return {200: good} | {
        status: {"description": description, "content": content}
        for status, description in problems.items()
    }
