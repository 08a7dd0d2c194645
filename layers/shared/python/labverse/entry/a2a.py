"""Negotiate's routes for agents: parse, call one use case, respond. `negotiate.a2a` knows A2A."""

import json
from collections.abc import Callable
from typing import Annotated, Any, Protocol

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import WithJsonSchema
from pydantic_core import from_json, to_json

from labverse import VERSION
from labverse.adapters import api_address
from labverse.entry import negotiate
from labverse.kernel.errors import InvalidInput, LabverseError
from labverse.negotiate.a2a import card, dispatch, faults, rpc
from labverse.negotiate.a2a.agent import Agent, Caller
from labverse.negotiate.a2a.faults import Fault
from labverse.negotiate.a2a.negotiator import Negotiator
from labverse.negotiate.a2a.versions import HEADER, Version
from labverse.negotiate.config import NegotiatePolicy
from labverse.platform import problem, telemetry
from labverse.platform.api import PUBLIC, Api
from labverse.platform.route_doc import ErrorFormat, RouteDoc

PATH = "/a2a"
_MEDIA = "application/json"
_CARD_SECONDS = 300
_ID = {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}
_CALL = {
    "title": "A2ACall",
    "type": "object",
    "required": ["jsonrpc", "method"],
    "properties": {
        "jsonrpc": {"const": "2.0"},
        "id": _ID,
        "method": {
            "type": "string",
            "description": "With `A2A-Version: 1.0`, "
            + ", ".join(dispatch.METHODS[Version.V1_0])
            + ". Without that header, "
            + ", ".join(dispatch.METHODS[Version.V0_3])
            + ".",
        },
        "params": {"type": "object"},
    },
}
_ERROR = {
    "type": "object",
    "required": ["jsonrpc", "id", "error"],
    "properties": {
        "jsonrpc": {"const": "2.0"},
        "id": _ID,
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "integer"},
                "message": {"type": "string"},
                "data": {},
            },
        },
    },
}
_ANSWER = {
    "anyOf": [
        _ERROR,
        {
            "type": "object",
            "required": ["jsonrpc", "id", "result"],
            "properties": {"jsonrpc": {"const": "2.0"}, "id": _ID, "result": {"type": "object"}},
        },
        {"type": "array", "items": {"type": "object"}},
    ]
}
# Bodies may be a call or a batch of them; what they hold is judged by JSON-RPC's own rules.
_Calls = Annotated[
    Any, Body(), WithJsonSchema({"anyOf": [_CALL, {"type": "array", "items": _CALL}]})
]
_CARD = RouteDoc(
    summary="Who negotiates here: the A2A agent card",
    tag="a2a",
    content={_MEDIA: {"schema": {"type": "object", "title": "AgentCard"}}},
)
_CALLS = RouteDoc(
    summary="Negotiate by A2A, 1.0 or 0.3: JSON-RPC 2.0, whose errors come with status 200",
    tag="a2a",
    problems={503: "Negotiations cannot be reached; ask again"},
    content={_MEDIA: {"schema": _ANSWER}},
)


class Cases(Protocol):
    """What the routes ask."""

    @property
    def negotiations(self) -> Negotiator:
        """The use cases."""
        ...

    @property
    def policy(self) -> NegotiatePolicy:
        """The goals and platforms that the card tells."""
        ...


def routes(api: Api, cases: Callable[[], Cases]) -> Api:
    """Put the routes on `api`; `cases` is only called by a request."""

    @api.route("GET", card.PATH, scope=PUBLIC, doc=_CARD)
    def agent_card() -> Response[str]:
        url = api_address.of(api.resolver.current_event.raw_event) + PATH
        policy = cases().policy
        told = card.card(url, VERSION, policy.goals, tuple(policy.channels))
        headers = {"cache-control": f"public, max-age={_CARD_SECONDS}"}
        return Response(200, content_type=_MEDIA, body=json.dumps(told), headers=headers)

    @api.route("POST", PATH, scope="negotiate", doc=_CALLS, errors=JSON_RPC)
    def call(_given: _Calls) -> Response[str]:
        # Read here: Powertools would take the last call of a batch for all of it.
        given = from_json(api.resolver.current_event.body or "null")
        header = api.resolver.current_event.headers.get(HEADER)
        agent, caller = Agent(cases().negotiations), Caller(negotiate.requester_of(api))
        said = dispatch.answer(agent, given, header, caller)
        telemetry.logger().info("a2a", extra={"version": (header or "")[:8], "codes": said.codes})
        return _response(said)

    return api


class _Failed(LabverseError):
    """The one call of a request has no result. Raised, so that its Idempotency-Key, if it has any,
    does not keep that: whatever failed may be tried again.
    """

    code = "a2a"

    def __init__(self, said: dispatch.Answer) -> None:
        super().__init__(f"A2A error {said.codes[0]}")
        self.said, self.retry_after = said, said.retry_after


def _response(said: dispatch.Answer) -> Response[str]:
    if said.codes and not isinstance(said.body, list):
        raise _Failed(said)
    if said.body is None:
        return Response(204, content_type=_MEDIA, body="")
    return Response(200, content_type=_MEDIA, body=_text(said.body))


def _text(body: Any) -> str:
    return to_json(body, inf_nan_mode="null").decode()


def render(error: LabverseError, trace_id: str) -> dict[str, Any]:
    """The response to a request without a result.

    JSON-RPC's errors come with status 200, as its clients expect; who may not come in, who sends
    too much, and what is out of reach for now, is told by HTTP too.
    """
    answer = problem.problem(error, trace_id)
    status = answer["statusCode"]
    headers = {**answer["headers"], "content-type": _MEDIA}
    if isinstance(error, _Failed):
        status = 503 if error.said.unavailable else 200
        body = error.said.body
        told = {"statusCode": status if body is not None else 204, "headers": headers}
        return answer | told | {"body": "" if body is None else _text(body)}
    fault = _fault(error, status)
    fault.told |= {"traceId": trace_id, "code": error.code}
    status = 200 if status == 422 else status
    body = json.dumps(rpc.error(None, fault, Version.V1_0))
    return answer | {"statusCode": status, "headers": headers, "body": body}


def _fault(error: LabverseError, status: int) -> Fault:
    if isinstance(error, InvalidInput):
        unread = any(one.field == "body" and not one.kind for one in error.fields)
        kind = faults.PARSE_ERROR if unread else faults.INVALID_REQUEST
    elif status in (413, 415):
        kind = faults.INVALID_REQUEST
    else:
        kind = faults.INTERNAL if status >= 500 else faults.REFUSED
    return Fault(kind, str(error))


JSON_RPC = ErrorFormat(
    render=render,
    content={_MEDIA: {"schema": _ERROR}},
    body={413: "The body is over 1 MB", 415: "The body is not declared as JSON"},
)
"""Errors as JSON-RPC 2.0 has them, with HTTP's status where HTTP refuses."""
