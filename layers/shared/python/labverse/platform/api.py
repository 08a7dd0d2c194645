"""The HTTP side of a function: every route names its scope, and is refused without it.

Order of a request: match → key and scope (401, 403) → size and JSON (413, 415, 422) → whether it
was answered before (409, or that answer) → the model's own validation (422) → the entry. So nobody
without a key learns anything from our validation.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse

from labverse.kernel.errors import FieldError, InvalidInput, LabverseError, NotFound
from labverse.platform import idempotency, problem, telemetry
from labverse.platform.body import with_json_body
from labverse.platform.keys import Keyring

PUBLIC = ""
"""The scope of the few routes that need no key; it must be written out, like any other scope."""

F = TypeVar("F", bound=Callable[..., Any])
_SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"apiKey": []}]
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


class Api:
    """Routes of one function behind one key check."""

    def __init__(self, keyring: Keyring, once: idempotency.Once | None = None) -> None:
        """`keyring` answers whether a request holds the scope that its route names.

        `once` repeats the answers to writes; without it, a request that asks for that is refused.
        """
        self.resolver = APIGatewayHttpResolver(enable_validation=True)
        self.resolver.exception_handler(RequestValidationError)(_invalid)
        self._keyring, self._once = keyring, once
        self._scopes: dict[tuple[str, str], str] = {}
        self._formats: dict[tuple[str, str], ErrorFormat] = {}
        self.key_id = ""
        """The key of the request being answered; empty on a public route."""
        self.fallback: Callable[[str, str], Exception] = lambda method, path: NotFound(
            f"there is no {method} {path}"
        )

    def route(
        self, method: str, path: str, *, scope: str, doc: RouteDoc, errors: ErrorFormat = PROBLEMS
    ) -> Callable[[F], F]:
        """Register an entry under `method` and `path`; `scope` is a key's scope, or PUBLIC.

        A write behind a key may carry an Idempotency-Key; no route has to remember that.
        """
        is_write = method in WRITES
        problems = {**doc.problems, **(_PROBLEMS if scope else {})}
        problems |= errors.body if is_write else {}
        problems |= _TWICE if is_write and scope else {}
        self._scopes[(method, path)] = scope
        self._formats[(method, path)] = errors
        return self.resolver.route(
            path,
            method,
            summary=doc.summary,
            tags=[doc.tag],
            security=_SECURITY if scope else [],
            openapi_extensions={"x-labverse-scope": scope or "public"},
            responses=_documented(doc, problems, errors),
        )

    def handle(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answer one HTTP API (payload 2.0) event; never raises."""
        request = event["requestContext"]
        trace_id = str(request["requestId"])
        method, path = request["http"]["method"], event["rawPath"]
        render = self._formats.get((method, path), PROBLEMS).render
        try:
            return self._answer(method, path, event, context)
        except LabverseError as error:
            telemetry.logger().info(
                "refused", extra={"code": error.code, "method": method, "path": path[:200]}
            )
            return render(error, trace_id)
        except Exception as error:  # noqa: BLE001 - the edge of the process: told, not hidden
            telemetry.fault(error, method=method, path=path[:200])
            return render(problem.Internal("this is a fault of ours"), trace_id)

    def _answer(
        self, method: str, path: str, event: dict[str, Any], context: Any
    ) -> dict[str, Any]:
        scope = self._scopes.get((method, path))
        if scope is None:
            raise self.fallback(method, path)
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        # One request at a time: a function's environment has no other.
        self.key_id = "" if scope == PUBLIC else self._keyring.authorize(headers, scope).key_id
        if method not in WRITES:
            return self.resolver.resolve(event, context)
        event = with_json_body({**event, "headers": headers})
        run = partial(self.resolver.resolve, event, context)
        claimed = headers.get(idempotency.HEADER) if self.key_id else None
        if claimed is None:
            return run()
        return idempotency.run(self._once, idempotency.Write.of(self.key_id, claimed, event), run)


def _invalid(error: RequestValidationError) -> Response[str]:
    """Powertools' validation errors in our words; `Api.handle` makes the answer."""
    raise InvalidInput(
        "the request cannot be used",
        [
            FieldError(
                field=".".join(str(part) for part in item["loc"][1:]) or str(item["loc"][0]),
                message=item["msg"],
                kind=item["type"],
            )
            for item in error.errors()
        ],
    )


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
