"""HTTP routes of `upsell`: parse, call one use case, respond."""

from collections.abc import Callable
from typing import Annotated, Protocol

from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from aws_lambda_powertools.metrics import MetricUnit

from labverse.platform import telemetry
from labverse.platform.api import Api, RouteDoc
from labverse.upsell.models import (
    CUSTOMER,
    Erased,
    OfferAnswer,
    OutcomeAnswer,
    OutcomeRequest,
    UpsellRequest,
)

_SCOPE = "upsell"
_DECIDE = RouteDoc(
    summary="The offer for a customer, and what to expect of it",
    tag="upsell",
    problems={503: "What was learnt cannot be read, or the decision not be kept"},
)
_OUTCOME = RouteDoc(
    summary="What a decision brought: the policy learns from it, once",
    tag="upsell",
    problems={
        404: "No such decision, or it is kept no longer",
        409: "The decision has another outcome already; or its Idempotency-Key is another "
        "request's, or still running (Retry-After)",
        503: "Nothing was recorded: say it again",
    },
)
_ERASE = RouteDoc(
    summary="Forget every decision about a customer",
    tag="upsell",
    problems={503: "Decisions cannot be reached"},
)
Customer = Annotated[str, Path(pattern=CUSTOMER, description="The customer_id of the decisions.")]


class UseCases(Protocol):
    """Decides, learns, and forgets."""

    def decide(self, request: UpsellRequest, trace_id: str) -> OfferAnswer:
        """The offer. Raises Unavailable."""
        ...

    def record(self, request: OutcomeRequest, trace_id: str) -> OutcomeAnswer:
        """What became of it. Raises NotFound, Conflict, Unavailable."""
        ...

    def erase(self, customer_id: str) -> Erased:
        """Forget a customer. Raises Unavailable."""
        ...


def routes(api: Api, upsell: Callable[[], UseCases]) -> None:
    """Put upsell's routes on `api`; `upsell` is only called by a request."""

    def trace_id() -> str:
        return str(api.resolver.current_event.request_context.request_id)

    @api.route("POST", "/api/v2/a2b/upsell", scope=_SCOPE, doc=_DECIDE)
    def decide(request: Annotated[UpsellRequest, Body()]) -> OfferAnswer:
        answer = upsell().decide(request, trace_id())
        _report(answer)
        return answer

    @api.route("POST", "/api/v2/a2b/outcomes", scope=_SCOPE, doc=_OUTCOME)
    def outcome(request: Annotated[OutcomeRequest, Body()]) -> OutcomeAnswer:
        return upsell().record(request, trace_id())

    @api.route("DELETE", "/api/v2/a2b/customers/<customer_id>", scope=_SCOPE, doc=_ERASE)
    def erase(customer_id: Customer) -> Erased:
        return upsell().erase(customer_id)


def _report(answer: OfferAnswer) -> None:
    """Nothing of the customer: names, numbers and the mode."""
    telemetry.logger().info(
        "offer decided",
        extra={
            "decision_id": answer.decision_id,
            "offer": answer.recommended_offer,
            "mode": answer.mode,
            "model_version": answer.model_version,
            "decision_time_ms": answer.decision_time_ms,
        },
    )
    telemetry.record(
        {"mode": answer.mode},
        {"DecisionTime": (MetricUnit.Milliseconds, answer.decision_time_ms)},
    )
