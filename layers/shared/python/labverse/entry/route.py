"""HTTP routes and workflow tasks of `route`: parse, call one use case, respond."""

from collections.abc import Callable
from typing import Annotated, Any, Protocol

from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from aws_lambda_powertools.metrics import MetricUnit

from labverse.platform import task, telemetry
from labverse.platform.api import Api, RouteDoc
from labverse.route.cached import Forgotten
from labverse.route.models import NOBODY, AnalyzeRequest, Answer
from labverse.route.spend import PERIOD, Spend
from labverse.route.standings import ProviderStanding, Standings

Period = Annotated[
    str | None, Query(pattern=PERIOD, description="A month, by UTC; without it, this one.")
]
_ANALYZE = RouteDoc(
    summary="Answer a prompt",
    tag="route",
    problems={
        503: "No model answered; `attempts` says what was tried. `state: warming` with "
        "Retry-After: the local model is being started"
    },
)
_SPEND = RouteDoc(
    summary="What a month has cost, by provider, model, key and task class",
    tag="route",
    problems={503: "The ledger cannot be read"},
)
_PROVIDERS = RouteDoc(
    summary="Every model that is routed to: its health, its prices, and how long it takes",
    tag="route",
)
_FORGET = RouteDoc(
    summary="Forget every answer that is kept for this key, and that its writes were done",
    tag="route",
    problems={422: "This deployment keeps no answers", 503: "Answers cannot be reached"},
)


class UseCase(Protocol):
    """Answers tasks, and says what that cost."""

    def __call__(self, request: AnalyzeRequest, trace_id: str, key_id: str) -> Answer:
        """Answer. Raises Unavailable, and InvalidInput where no model could ever take it."""
        ...

    def spend(self, period: str | None) -> Spend:
        """A month of the ledger; this one, where none is named."""
        ...

    def standings(self) -> list[ProviderStanding]:
        """Every model that routing names, as it is at the moment."""
        ...

    def forget(self, key_id: str) -> Forgotten:
        """Forget what was answered to a key."""
        ...


def routes(api: Api, answer_task: Callable[[], UseCase]) -> None:
    """Put route's HTTP routes on `api`; `answer_task` is only called by a request."""

    @api.route("POST", "/api/v1/analyze", scope="route", doc=_ANALYZE)
    def analyze(request: Annotated[AnalyzeRequest, Body()]) -> Answer:
        trace_id = str(api.resolver.current_event.request_context.request_id)
        return _answered(answer_task(), request, trace_id, api.key_id)

    @api.route("GET", "/api/v1/spend", scope="route", doc=_SPEND)
    def spend(period: Period = None) -> Spend:
        return answer_task().spend(period)

    @api.route("GET", "/api/v1/providers", scope="route", doc=_PROVIDERS)
    def providers() -> Standings:
        return Standings(providers=answer_task().standings())

    @api.route("DELETE", "/api/v1/answers", scope="route", doc=_FORGET)
    def forget() -> Forgotten:
        return answer_task().forget(api.key_id)


def task_answer(event: dict[str, Any], answer_task: UseCase) -> Any:
    """One state of a workflow: `{trace_id, request}` in, Answer out, errors by class name."""
    return task.run(
        event,
        AnalyzeRequest,
        lambda request, trace_id: _answered(answer_task, request, trace_id, NOBODY),
    )


def _answered(answer_task: UseCase, request: AnalyzeRequest, trace_id: str, key_id: str) -> Answer:
    answer = answer_task(request, trace_id, key_id)
    report(answer, request.task_class)
    return answer


def report(answer: Answer, task_class: str) -> None:
    """Log and measure an answer, whichever entry it leaves by."""
    seen = {"provider": answer.provider, "model": answer.model, "sla_met": answer.sla_met}
    telemetry.logger().info(
        "answered",
        extra={
            **seen,
            "latency_ms": answer.latency_ms,
            "attempts": len(answer.attempts),
            "cached": answer.cached,
        },
    )
    if answer.cached:
        # Apart from the others: it says nothing of how fast or dear its provider is.
        telemetry.record({"task_class": task_class}, {"TasksCached": (MetricUnit.Count, 1)})
        return
    telemetry.record(
        {"provider": answer.provider, "task_class": task_class},
        {
            "TaskLatency": (MetricUnit.Milliseconds, answer.latency_ms),
            "TaskCost": (MetricUnit.Count, float(answer.cost_usd)),
            "SlaMissed": (MetricUnit.Count, 0 if answer.sla_met else 1),
        },
    )
