"""HTTP routes of `observe`: health, the API's document and page, and what no route matches."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from aws_lambda_powertools.event_handler.api_gateway import Response

from labverse.kernel.errors import LabverseError, NotAllowed, NotFound
from labverse.observe.models import Health
from labverse.platform import api_page
from labverse.platform.api import PUBLIC, Api, RouteDoc
from labverse.platform.route_table import RouteTable

METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
Document = Callable[[], str]
F = TypeVar("F", bound=Callable[..., Any])


def routes(api: Api, health: Callable[[], Callable[[], Health]], document: Document) -> None:
    """Put observe's public routes on `api`; `document` reads the OpenAPI text."""

    def get(path: str, summary: str, media: str = "application/json") -> Callable[[F], F]:
        doc = RouteDoc(summary=summary, tag="observe", media=media)
        return api.route("GET", path, scope=PUBLIC, doc=doc)

    @get("/health", "What is up, and what is not")
    def get_health() -> Health:
        return health()()

    @get("/openapi.json", "The API's OpenAPI document")
    def get_openapi() -> Response[str]:
        return Response(200, content_type="application/json", body=document())

    @get("/docs", "The API's page for people", "text/html")
    def get_docs() -> Response[str]:
        # The page links to itself with ?format=json for the document.
        if api.resolver.current_event.query_string_parameters.get("format") == "json":
            return get_openapi()
        return Response(
            200,
            content_type="text/html; charset=utf-8",
            body=api_page.render(document()),
            headers={"content-security-policy": api_page.POLICY},
        )

    api.fallback = lambda method, path: unmatched(json.loads(document()), method, path)


def unmatched(document: dict[str, Any], method: str, path: str) -> LabverseError:
    """What to tell a caller whose method and path no function has: 405 where the path exists."""
    known = _known(document)
    allow = [method for method in METHODS if known.find(method, path)]
    if not allow:
        return NotFound("no such path; GET /openapi.json lists those there are")
    return NotAllowed(f"{method} is not allowed here", extra={"allow": allow})


def _known(document: dict[str, Any]) -> RouteTable[bool]:
    """What the document lists, its `{name}` written as the table does."""
    table: RouteTable[bool] = RouteTable()
    for path, operations in document["paths"].items():
        for method in operations:
            table.add(method.upper(), path.replace("{", "<").replace("}", ">"), True)
    return table
