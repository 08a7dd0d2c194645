"""The HTTP side of a function: every route names its scope, and is refused without it.

Order of a request: match → key and scope (401, 403) → size and JSON (413, 415, 422) → whether it
was answered before (409, or that answer) → the model's own validation (422) → the entry. So nobody
without a key learns anything from our validation.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from labverse.kernel.errors import FieldError, InvalidInput, LabverseError, NotFound
from labverse.platform import idempotency, problem, telemetry
from labverse.platform.body import JSON, RAW, with_json_body, with_raw_body
from labverse.platform.keys import KeyRecord, Keyring
from labverse.platform.route_doc import PROBLEMS, WRITES, ErrorFormat, RouteDoc, documented
from labverse.platform.route_table import RouteTable

__all__ = ["PROBLEMS", "PUBLIC", "WRITES", "Api", "ErrorFormat", "RouteDoc"]
PUBLIC = ""
"""The scope of the few routes that need no key; it must be written out, like any other scope."""

F = TypeVar("F", bound=Callable[..., Any])
_SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"apiKey": []}]


class _Door(NamedTuple):
    """What is checked before an entry is called."""

    scope: str
    errors: ErrorFormat
    body: str


class Api:
    """Routes of one function behind one key check."""

    def __init__(self, keyring: Keyring, once: idempotency.Once | None = None) -> None:
        """`keyring` answers whether a request holds the scope that its route names.

        `once` repeats the answers to writes; without it, a request that asks for that is refused.
        """
        self.resolver = APIGatewayHttpResolver(enable_validation=True)
        self.resolver.exception_handler(RequestValidationError)(_invalid)
        self._keyring, self._once = keyring, once
        self._doors: RouteTable[_Door] = RouteTable()
        self.caller: KeyRecord | None = None
        """The key of the request being answered; None on a public route."""
        self.fallback: Callable[[str, str], Exception] = lambda method, path: NotFound(
            f"there is no {method} {path}"
        )

    @property
    def key_id(self) -> str:
        """The id of the caller's key; empty on a public route."""
        return self.caller.key_id if self.caller else ""

    def route(  # noqa: PLR0913 - keyword-only, each of them a decision
        self,
        method: str,
        path: str,
        *,
        scope: str,
        doc: RouteDoc,
        errors: ErrorFormat = PROBLEMS,
        body: str = JSON,
    ) -> Callable[[F], F]:
        """Register an entry under `method` and `path`; `scope` is a key's scope, or PUBLIC.

        `<name>` in a path is one segment of it, which the entry takes by that name. A write behind
        a key may carry an Idempotency-Key; no route has to remember that. With `body=RAW` the entry
        reads the body itself, byte by byte: whoever calls it signs what is on the wire.
        """
        if body == RAW and scope != PUBLIC:
            raise ValueError(f"{method} {path}: a raw body cannot be repeated, so takes no key")
        self._doors.add(method, path, _Door(scope, errors, body))
        return self.resolver.route(
            path,
            method,
            summary=doc.summary,
            tags=[doc.tag],
            security=_SECURITY if scope else [],
            openapi_extensions={"x-labverse-scope": scope or "public"},
            responses=documented(method, scope, doc, errors),
        )

    def handle(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answer one HTTP API (payload 2.0) event; never raises."""
        request = event["requestContext"]
        trace_id = str(request["requestId"])
        method, path = request["http"]["method"], event["rawPath"]
        door = self._doors.find(method, path)
        render = door.errors.render if door else PROBLEMS.render
        try:
            if door is None:
                raise self.fallback(method, path)
            return self._answer(door, event, context)
        except LabverseError as error:
            telemetry.logger().info(
                "refused", extra={"code": error.code, "method": method, "path": path[:200]}
            )
            return render(error, trace_id)
        except Exception as error:  # noqa: BLE001 - the edge of the process: told, not hidden
            telemetry.fault(error, method=method, path=path[:200])
            return render(problem.Internal("this is a fault of ours"), trace_id)

    def _answer(self, door: _Door, event: dict[str, Any], context: Any) -> dict[str, Any]:
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        # One request at a time: a function's environment has no other.
        self.caller = None
        if door.scope != PUBLIC:
            self.caller = self._keyring.authorize(headers, door.scope)
        if event["requestContext"]["http"]["method"] not in WRITES:
            return self.resolver.resolve(event, context)
        if door.body == RAW:
            return self.resolver.resolve(with_raw_body({**event, "headers": headers}), context)
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
