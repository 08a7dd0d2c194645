"""What the API document says of the routes for agents."""

import json
from typing import Any

from aws_lambda_powertools.event_handler.openapi.models import APIKey, APIKeyIn, HTTPBearer
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from labverse.entry import a2a
from labverse.platform.api import Api
from labverse.platform.keys import Keyring
from tests.contracts.refusals import is_refusal
from tests.unit.negotiate.a2a.desk import REQUEST, Desk
from tests.unit.platform.fakes import FakeClock, FakeKeys, FakePeppers


def api() -> Api:
    made = Api(Keyring(FakeKeys(), FakePeppers(), FakeClock()))
    return a2a.routes(made, Desk)


def document() -> Any:
    schema = api().resolver.get_openapi_schema(
        title="t",
        version="1",
        security_schemes={
            "bearer": HTTPBearer(),
            "apiKey": APIKey.model_validate({"name": "x-api-key", "in": APIKeyIn.header}),
        },
    )
    return json.loads(schema.model_dump_json(by_alias=True, exclude_none=True))["paths"]


def test_the_card_is_public_and_calls_need_the_scope() -> None:
    paths = document()
    assert paths["/.well-known/agent-card.json"]["get"]["x-labverse-scope"] == "public"
    assert paths["/a2a"]["post"]["x-labverse-scope"] == "negotiate"


def test_a_call_and_a_batch_are_what_the_document_says() -> None:
    body = document()["/a2a"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    call = {"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": {"message": REQUEST}}
    valid = Draft202012Validator(body)
    assert valid.is_valid(call)
    assert valid.is_valid([call, call])
    assert not valid.is_valid("call")
    assert "tasks/get" in json.dumps(body)
    assert "GetTask" in json.dumps(body)


def test_a_refusal_is_what_the_document_says() -> None:
    operation = document()["/a2a"]["post"]
    event = {
        "rawPath": "/a2a",
        "headers": {},
        "requestContext": {"requestId": "r", "http": {"method": "POST", "path": "/a2a"}},
    }
    answer = api().handle(event, None)
    assert is_refusal(operation, answer, 401)
    schema = operation["responses"]["401"]["content"]["application/json"]["schema"]
    Draft202012Validator(schema).validate(json.loads(answer["body"]))
