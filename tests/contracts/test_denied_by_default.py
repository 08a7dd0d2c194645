"""Every operation but the listed few needs a key with the scope it documents."""

import importlib
import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools.event_handler.api_gateway import Route

from infra_cdk.config import StageConfig
from infra_cdk.constructs.layer import config_files
from labverse.adapters import aws
from labverse.platform import files
from labverse.platform.api import PUBLIC, Api, RouteDoc
from labverse.platform.keys import Keyring
from tests.contracts.keys import Keys
from tests.contracts.refusals import is_problem, is_refusal
from tests.infra.assembly import STAGE, Assembly
from tests.infra.places import CAPABILITIES
from tests.infra.tree import text
from tests.unit.platform.fakes import FakePeppers

DOCUMENT = json.loads(text("events/openapi.json"))
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
    if method in METHODS
}
# The only routes that anybody may call, each with its reason. Adding one is a decision.
PUBLIC_ROUTES = {
    "GET /health": "load balancers and people look at it; it tells states, no data",
    "GET /docs": "the API's page",
    "GET /openapi.json": "the document that the page shows",
    "GET /.well-known/agent-card.json": "agents read it to learn which key they need",
}
# Callers without a key who prove otherwise who they are.
SIGNED_ROUTES = {
    "POST /slack/interactions": "Slack signs each request with the app's signing secret",
}
KEYLESS = PUBLIC_ROUTES.keys() | SIGNED_ROUTES.keys()
GUARDED = sorted(OPERATIONS.keys() - KEYLESS)
DEFAULT = "$default"
HANDLER = "functions/{}/handler.py"
CONTEXT = SimpleNamespace(
    function_name="f",
    memory_limit_in_mb=1,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:f",
    aws_request_id="r",
)
Call = Callable[[str, str | None], dict[str, Any]]


@pytest.fixture
def keys(local: Assembly, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keys]:
    """Handlers whose clients are a fake and whose files are this checkout's."""
    fake = Keys()
    monkeypatch.setattr(aws, "client", lambda _service: fake)
    monkeypatch.setattr(files, "read", config_files(StageConfig.load(STAGE)).__getitem__)
    for function in local.functions():
        for name, value in function.properties["Environment"]["Variables"].items():
            monkeypatch.setenv(name, value if isinstance(value, str) else "none")
    yield fake
    for word in {local.word(function) for function in local.functions()}:
        for builder in vars(importlib.import_module(f"functions.{word}.handler")).values():
            if clear := getattr(builder, "cache_clear", None):
                clear()


@pytest.fixture
def call(local: Assembly, keys: Keys) -> Call:
    """Send `METHOD /path` through the handler that the template puts behind it."""

    def send(operation: str, key: str | None) -> dict[str, Any]:
        method, _, path = operation.partition(" ")
        function = local.routes().get(operation, local.routes()[DEFAULT])
        handler = importlib.import_module(f"functions.{local.word(function)}.handler")
        concrete = path.replace("{", "").replace("}", "")
        here = {"stage": DEFAULT, "domainName": "api.example.com"}
        http = {"method": method, "path": concrete, "sourceIp": "127.0.0.1"}
        event = {
            "version": "2.0",
            "rawPath": concrete,
            "rawQueryString": "",
            "headers": {"x-api-key": key} if key else {},
            "requestContext": {"requestId": "r", **here, "http": http},
            "body": "not json",
        }
        answer = handler.http(event, CONTEXT)
        assert isinstance(answer, dict)
        return answer

    return send


@pytest.mark.parametrize("operation", GUARDED)
def test_without_a_good_key_it_is_401(operation: str, keys: Keys, call: Call) -> None:
    scope = OPERATIONS[operation].get("x-labverse-scope", "")
    for key in (None, "nonsense", "lv_0_0", keys.mint(scope, revoked=True)):
        answer = call(operation, key)
        assert is_refusal(OPERATIONS[operation], answer, 401), (
            f"{operation} with key {key!r} answers {answer}, not 401"
        )


@pytest.mark.parametrize("operation", GUARDED)
def test_without_the_scope_it_is_403(operation: str, keys: Keys, call: Call) -> None:
    answer = call(operation, keys.mint("something-else"))
    assert is_refusal(OPERATIONS[operation], answer, 403), (
        f"{operation} without its scope answers {answer}, not 403"
    )


@pytest.mark.parametrize("operation", GUARDED)
def test_with_the_scope_the_door_is_open(operation: str, keys: Keys, call: Call) -> None:
    answer = call(operation, keys.mint(OPERATIONS[operation]["x-labverse-scope"]))
    closed = {401, 403, 404, 405, 500} - ({404} if "{" in operation else set())
    assert answer["statusCode"] not in closed, f"{operation} with its own scope answers {answer}"


@pytest.mark.parametrize("operation", sorted(PUBLIC_ROUTES))
def test_public_routes_need_no_key(operation: str, call: Call) -> None:
    answer = call(operation, None)
    assert answer["statusCode"] == 200, f"{operation}: {answer}"


@pytest.mark.parametrize("operation", sorted(SIGNED_ROUTES))
def test_without_a_signature_it_is_401(operation: str, keys: Keys, call: Call) -> None:
    for key in (None, keys.mint("admin")):
        answer = call(operation, key)
        assert is_refusal(OPERATIONS[operation], answer, 401), f"{operation}: {answer}"


def test_every_operation_names_its_scope() -> None:
    for operation, told in OPERATIONS.items():
        scope = told.get("x-labverse-scope")
        assert scope, f"{operation} names no scope: register it with Api.route(…, scope=…)"
        public = operation in KEYLESS
        assert (scope == "public") == public, (
            f"{operation} has scope {scope!r}: only these may be public: {sorted(KEYLESS)}"
        )
        assert bool(told.get("security")) != public, f"{operation}: security says otherwise"


def test_document_and_template_have_the_same_routes(local: Assembly) -> None:
    deployed = local.routes().keys() - {DEFAULT}
    unknown, undeployed = sorted(deployed - OPERATIONS.keys()), sorted(OPERATIONS.keys() - deployed)
    assert not unknown, f"infra_cdk/capabilities deploys {unknown}, which no entry documents"
    assert not undeployed, f"{undeployed} are documented, but infra_cdk/capabilities has no route"


def _unguarded(api: Api) -> set[str]:
    """Routes that powertools knows and our key check does not."""
    resolver: Any = api.resolver
    known: list[Route] = [*resolver._static_routes, *resolver._dynamic_routes]
    registered = {(str(route.method).upper(), route.path) for route in known}
    return {f"{method} {path}" for method, path in registered - api._doors.known}


WITH_ROUTES = [row.word for row in CAPABILITIES if "def http(" in text(HANDLER.format(row.word))]


@pytest.mark.parametrize("word", WITH_ROUTES)
def test_no_route_is_behind_the_key_check(word: str, keys: Keys) -> None:
    handler = importlib.import_module(f"functions.{word}.handler")
    found = _unguarded(handler.api())
    assert not found, f"{word} registers {found} on api.resolver: use Api.route(…, scope=…)"


def test_a_route_behind_the_key_check_is_found_and_unreachable() -> None:
    api = Api(Keyring(SimpleNamespace(get={}.get), FakePeppers(), SimpleNamespace()))
    api.route("GET", "/open", scope=PUBLIC, doc=RouteDoc("open", "t"))(lambda: {})
    api.resolver.get("/secret")(lambda: {"secret": 1})
    assert _unguarded(api) == {"GET /secret"}
    http = {"method": "GET", "path": "/secret"}
    event = {
        "rawPath": "/secret",
        "headers": {},
        "requestContext": {"requestId": "r", "http": http},
    }
    assert is_problem(api.handle(event, CONTEXT), 404)
