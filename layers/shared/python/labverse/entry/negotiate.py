"""HTTP routes and workflow tasks of `negotiate`: parse, call one use case, respond."""

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic_core import core_schema

from labverse.kernel.errors import InvalidInput, LabverseError
from labverse.kernel.model import Model
from labverse.negotiate import breaking, steps
from labverse.negotiate.applying import Applying
from labverse.negotiate.models import Negotiation
from labverse.negotiate.recording import Recording
from labverse.negotiate.requests import NegotiationRequest
from labverse.negotiate.service import Asker, Negotiations
from labverse.negotiate.states import Reason
from labverse.negotiate.workflow import Working
from labverse.platform import problem, task, telemetry
from labverse.platform.api import PROBLEMS, Api, RouteDoc

M = TypeVar("M", bound=steps.Step)
PATH = "/api/v2/negotiations"
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,4})\b")
_MOST_SECONDS = 20
"""Nobody is kept longer: the API's own patience is 30 s."""
_OPEN = RouteDoc(
    summary="Negotiate a deal, between platforms of the config or from positions in full",
    tag="negotiate",
    status=202,
    problems={
        409: "Its Idempotency-Key is another request's; or autonomous mode asks enough already "
        "(`state: too_many_open`, Retry-After)",
        503: "It cannot be kept, or its workflow cannot be started",
    },
)
_SHOW = RouteDoc(
    summary="A negotiation: its deal, certificate, impact, and the approval of a person",
    tag="negotiate",
    problems={404: "There is none of that id", 503: "It cannot be read"},
)


class Unread(dict[str, Any]):
    """A request that is not validated yet: our own reading tells everything at once."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> Any:
        """Any JSON."""
        return core_schema.any_schema()

    @classmethod
    def __get_pydantic_json_schema__(cls, _core: Any, handler: Any) -> Any:
        """What the API document says of it."""
        return handler(NegotiationRequest.__pydantic_core_schema__)


def _worded(error: LabverseError, trace_id: str) -> dict[str, Any]:
    """As everywhere; what cannot be negotiated has the solver's word for it beside the fields."""
    if isinstance(error, InvalidInput):
        error.extra.setdefault("outcome", "invalid")
    return problem.problem(error, trace_id)


ERRORS = PROBLEMS._replace(render=_worded)


def routes(api: Api, negotiations: Callable[[], Negotiations], new_id: Callable[[], str]) -> Api:
    """Put negotiate's HTTP routes on `api`; `negotiations` is only called by a request."""

    @api.route("POST", PATH, scope="negotiate", doc=_OPEN, errors=ERRORS)
    def negotiate(request: Annotated[Unread, Body()]) -> Response[Negotiation]:
        asker = Asker(requester_of(api))
        record = negotiations().open(new_id(), request, asker)
        return _shown(api, negotiations(), record, status=202)

    @api.route("GET", f"{PATH}/<negotiation_id>", scope="negotiate", doc=_SHOW)
    def show(negotiation_id: str) -> Response[Negotiation]:
        record = negotiations().get(negotiation_id)
        return _shown(api, negotiations(), record, status=200)

    return api


def requester_of(api: Api) -> str:
    """Whoever's key it is: a person where it has one, so that nobody approves his own wish."""
    caller = api.caller
    person = caller.person if caller else None
    return person or f"key:{api.key_id}"


def _shown(
    api: Api, negotiations: Negotiations, record: Negotiation, status: int
) -> Response[Negotiation]:
    """The record, after as much patience as the request prefers (RFC 7240)."""
    headers: dict[str, str | list[str]] = {"location": f"{PATH}/{record.id}"}
    headers |= {"cache-control": "no-store"}
    asked = _WAIT.search(api.resolver.current_event.headers.get("prefer", "").lower())
    if asked is not None:
        seconds = min(int(asked[1]), _MOST_SECONDS)
        record = negotiations.wait(record.id, seconds, record.state)
        headers |= {"preference-applied": f"wait={seconds}"}
    telemetry.logger().info(
        "negotiation", extra={"negotiation_id": record.id, "state": record.state.value}
    )
    return Response(status, content_type="application/json", body=record, headers=headers)


def gather(state: dict[str, Any], working: Working) -> Any:
    """One agent's position: `{negotiation_id, agent}` in, Brought out."""
    return _step(state, steps.Gather, lambda one: working.gather(one.negotiation_id, one.agent))


def solve(state: dict[str, Any], working: Working) -> Any:
    """The deal: `{negotiation_id, positions[]}` in, Solved out."""
    return _step(state, steps.Solve, lambda one: working.solve(one.negotiation_id, one.positions))


def record(state: dict[str, Any], recording: Recording) -> Any:
    """A question or an end: `{negotiation_id, proposal}` or `{…, failed, cause}` in."""

    def recorded(one: steps.Record) -> Model:
        if one.proposal is not None:
            return recording.record(one.negotiation_id, one.proposal)
        reason = breaking.why(one.failed, one.cause) if one.failed else Reason.INTERRUPTED
        return recording.fail(one.negotiation_id, reason)

    return _step(state, steps.Record, recorded)


def apply(state: dict[str, Any], applying: Applying) -> Any:
    """What a verdict comes to: `{negotiation_id, verdict}` in, Applied out."""
    return _step(state, steps.Apply, lambda one: applying.apply(one.negotiation_id, one.verdict))


def _step(state: dict[str, Any], given: type[M], use_case: Callable[[M], Model]) -> Any:
    """Errors by class name, which the workflow's Retry and Catch match."""
    return use_case(task.parsed(state, given)).model_dump(mode="json")
