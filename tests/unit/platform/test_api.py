"""The order of a request: route, key, scope, body, model; and no way to answer without a trace."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import pytest
from aws_lambda_powertools.event_handler.openapi.params import Body

from labverse.kernel.errors import Conflict, LabverseError, Unavailable
from labverse.kernel.model import Model
from labverse.platform.api import PUBLIC, Api, ErrorFormat, RouteDoc
from labverse.platform.body import RAW, raw_body
from labverse.platform.idempotency import Once
from labverse.platform.keys import Keyring, mint
from tests.unit.platform.fakes import PEPPERS, FakeClock, FakeKeys, FakePeppers
from tests.unit.platform.test_idempotency import Office

KEY, UNSEALED = mint("test", frozenset({"route"}), datetime(2026, 1, 1, tzinfo=UTC))
RECORD = UNSEALED.sealed(PEPPERS)
F = TypeVar("F", bound=Callable[..., Any])
SECRET_WORDS = "the secret plan of Mrs Smith"


class Thing(Model):
    name: str
    size: int = 1


def api(once: Once | None = None) -> Api:
    built = Api(Keyring(FakeKeys(RECORD), FakePeppers(), FakeClock()), once)

    def post(path: str, scope: str) -> Callable[[F], F]:
        return built.route("POST", path, scope=scope, doc=RouteDoc("a route", "test"))

    @post("/things", "route")
    def things(thing: Annotated[Thing, Body()]) -> Thing:
        return thing

    @post("/revenue", "revenue")
    def revenue(thing: Annotated[Thing, Body()]) -> Thing:
        return thing

    @post("/open", PUBLIC)
    def open_(thing: Annotated[Thing, Body()]) -> Thing:
        raise {"c": Conflict("taken"), "u": Unavailable("off", extra={"attempts": []})}.get(
            thing.name, ValueError(SECRET_WORDS)
        )

    @built.route("GET", "/things/<thing_id>", scope="route", doc=RouteDoc("a route", "test"))
    def thing(thing_id: str) -> dict[str, str | None]:
        return {"id": thing_id, "whose": built.caller.name if built.caller else None}

    @built.route("POST", "/raw", scope=PUBLIC, doc=RouteDoc("a route", "test"), body=RAW)
    def raw() -> dict[str, str]:
        return {"body": raw_body(built.resolver.current_event.raw_event).hex()}

    other = ErrorFormat(render=_in_other_words, content={}, body={})

    @built.route("POST", "/other", scope="route", doc=RouteDoc("a route", "test"), errors=other)
    def other_(thing: Annotated[Thing, Body()]) -> Thing:
        raise ValueError(SECRET_WORDS)

    return built


def _in_other_words(error: LabverseError, trace_id: str) -> dict[str, Any]:
    return {"statusCode": 418, "body": json.dumps([error.code, trace_id])}


@pytest.mark.parametrize(
    ("body", "key", "code"),
    [
        ("{}", None, "unauthenticated"),
        ("not json", KEY, "invalid_input"),
        ('{"size": 1}', KEY, "invalid_input"),
        ('{"name": "x"}', KEY, "internal"),
    ],
)
def test_a_route_words_every_error_in_its_own_format(body: str, key: str | None, code: str) -> None:
    assert call("/other", body, key)[:2] == (418, [code, "trace-1"])


def call(
    path: str,
    body: str = "{}",
    key: str | None = KEY,
    method: str = "POST",
    more: dict[str, str] | None = None,
) -> Any:
    headers = {"Content-Type": "application/json"} | ({"X-Api-Key": key} if key else {})
    headers |= more or {}
    answer = api().handle(
        {
            "rawPath": path,
            "headers": headers,
            "body": body,
            "isBase64Encoded": False,
            "requestContext": {
                "requestId": "trace-1",
                "stage": "$default",
                "http": {"method": method, "path": path},
            },
        },
        None,
    )
    return answer["statusCode"], json.loads(answer["body"]), answer


def test_a_path_may_carry_an_id_and_is_behind_the_key_all_the_same() -> None:
    assert call("/things/t-1", method="GET")[:2] == (200, {"id": "t-1", "whose": "test"})
    assert call("/things/t-1", method="GET", key=None)[0] == 401
    assert call("/things/t-1/more", method="GET")[0] == 404


def test_a_raw_body_reaches_its_entry_byte_by_byte() -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    wire = "payload=%7B%22a%22%3A+1%7D"
    assert call("/raw", wire, key=None, more=form)[1] == {"body": wire.encode().hex()}
    assert call("/raw", "x" * 1_000_001, key=None)[0] == 413


def test_a_raw_body_goes_with_no_key() -> None:
    with pytest.raises(ValueError, match="raw"):
        api().route("POST", "/raw2", scope="route", doc=RouteDoc("a", "b"), body=RAW)


def test_a_good_request_is_answered() -> None:
    assert call("/things", '{"name": "x"}')[:2] == (200, {"name": "x", "size": 1})


def test_the_key_is_checked_before_the_body_is_looked_at() -> None:
    status, body, answer = call("/things", "not json", key=None)
    assert (status, body["type"]) == (401, "urn:labverse:problem:unauthenticated")
    assert answer["headers"]["www-authenticate"].startswith("Bearer")
    assert call("/revenue", "not json")[0] == 403


def test_every_bad_field_is_named_at_once() -> None:
    status, body, answer = call("/things", '{"size": "big", "colour": 1}')
    assert (status, body["trace_id"], body["status"]) == (422, "trace-1", 422)
    assert {item["field"] for item in body["errors"]} == {"name", "size", "colour"}
    assert "application/problem+json" in json.dumps(answer)


@pytest.mark.parametrize(("name", "status"), [("c", 409), ("u", 503)])
def test_our_errors_have_their_status_and_members(name: str, status: int) -> None:
    answered, body, _ = call("/open", f'{{"name": "{name}"}}', key=None)
    assert (answered, body["trace_id"]) == (status, "trace-1")
    assert ("attempts" in body) == (name == "u")


def test_a_fault_of_ours_is_told_without_its_message(log: io.StringIO) -> None:
    status, body, _ = call("/open", '{"name": "boom"}', key=None)
    assert (status, body["detail"]) == (500, "this is a fault of ours")
    logged = log.getvalue()
    assert "ValueError" in logged
    assert "test_api.py" in logged
    assert SECRET_WORDS not in logged + json.dumps(body)


def test_a_write_behind_a_key_happens_once_and_a_public_one_knows_no_caller() -> None:
    office = Office()
    built, headers = api(office.once()), {"x-api-key": KEY, "idempotency-key": "order-7"}

    def ask(path: str, body: str) -> Any:
        http = {"method": "POST", "path": path}
        context = {"requestId": "trace-1", "stage": "$default", "http": http}
        return built.handle(
            {"rawPath": path, "headers": headers, "body": body, "requestContext": context}, None
        )

    first, again = (ask("/things", '{"name": "x"}') for _ in range(2))
    assert again == {**first, "headers": {**first["headers"], "idempotency-replayed": "true"}}
    assert ask("/things", '{"name": "y"}')["statusCode"] == 409
    assert ask("/other", '{"name": "y"}')["statusCode"] == 418, "and in its own words"
    assert len(office.table.items) == 1, "what failed is not kept"
    ask("/open", '{"name": "c"}')
    assert len(office.table.items) == 1


def test_without_a_place_to_keep_answers_the_header_is_refused() -> None:
    event = {"Idempotency-Key": "order-7"}
    status, body, _ = call("/things", '{"name": "x"}', more=event)
    assert (status, [item["field"] for item in body["errors"]]) == (422, ["Idempotency-Key"])


def test_what_no_route_matches_is_not_found() -> None:
    assert call("/nothing")[0] == 404
    assert call("/things", method="DELETE")[0] == 404
