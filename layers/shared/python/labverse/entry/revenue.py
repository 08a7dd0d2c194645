"""HTTP routes and stream records of `revenue`: parse, call one use case, respond."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from aws_lambda_powertools.metrics import MetricUnit
from pydantic import Field

from labverse.adapters.bookkeeping import Books
from labverse.kernel.model import Model
from labverse.platform import telemetry
from labverse.platform.api import Api, RouteDoc
from labverse.platform.stream import Work
from labverse.revenue.advice import Advice, Goal
from labverse.revenue.checkin import CheckIn
from labverse.revenue.models import Event
from labverse.revenue.report import AttributionReport, Erased, EventsPage, MrrReport, Receipt

_UNAVAILABLE = {503: "The ledger cannot be reached; what was accepted stays so"}
_EVENTS = RouteDoc(
    summary="Keep a batch of at most 500 revenue events; a bad one harms no other",
    tag="revenue",
    problems=_UNAVAILABLE,
)
_EXPORT = RouteDoc(
    summary="Every event that is kept, page by page, without anybody's name",
    tag="revenue",
    problems=_UNAVAILABLE,
)
_MRR = RouteDoc(
    summary="Daily MRR, its movements, retention and growth",
    tag="revenue",
    problems={**_UNAVAILABLE, 422: "Days or a dimension that there are not"},
)
_CHECKIN = RouteDoc(
    summary="The day's revenue health: MRR, movements, anomalies, spend, what to do next",
    tag="revenue",
    problems=_UNAVAILABLE,
)
_ATTRIBUTION = RouteDoc(
    summary="Which channels customers who came are owed to",
    tag="revenue",
    problems={**_UNAVAILABLE, 422: "A method that we do not know"},
)
_OPTIMIZE = RouteDoc(
    summary="Budgets of channels by what the next unit of money wins; `too_thin` without the data",
    tag="revenue",
    problems={**_UNAVAILABLE, 422: "A goal that is none"},
)
_ERASE = RouteDoc(
    summary="Forget who a customer is; every sum stays as it is",
    tag="revenue",
    problems=_UNAVAILABLE,
)
_ERASE_NAMED = _ERASE._replace(summary="The same, for ids that do not fit into a path")
Advise = Callable[[Goal], Advice]
Named = Annotated[str, Query(description="As it is in the events.")]
After = Annotated[str | None, Query(description="`next` of the page before.", max_length=128)]
Dimension = Annotated[
    Literal["plan", "channel", "segment"] | None, Query(description="Figures of each, besides.")
]
First = Annotated[
    date | None, Query(alias="from", description="The first day; else the ledger's first.")
]
Last = Annotated[
    date | None, Query(alias="to", description="The last day; else today, or the ledger's last.")
]
Method = Annotated[
    Literal["first", "last", "linear", "markov", "shapley"],
    Query(description="How conversions are shared out."),
]


class Batch(Model):
    """Events, each looked at by itself."""

    events: list[Any] = Field(
        description="A movement: id, kind (new, expansion, contraction, churn, reactivation), "
        "customer, plan, channel, segment, amount, currency, effective_at. A reversal: id, kind, "
        "reverses. A touchpoint: id, kind, customer, channel, effective_at. Spend: id, kind, "
        "channel, amount, currency, effective_at."
    )


def routes(api: Api, books: Callable[[], Books]) -> Api:
    """Put revenue's routes on `api`, but for those that need a solver."""

    @api.route("POST", "/api/v2/revenue/events", scope="revenue", doc=_EVENTS)
    def record(batch: Annotated[Batch, Body()]) -> Receipt:  # noqa: ARG001 - read again, below
        # Exactly, this time: what was parsed for us has floats in it.
        exact = json.loads(api.resolver.current_event.body or "", parse_float=Decimal)
        receipt = books().recording(exact["events"])
        _measure(receipt)
        return receipt

    @api.route("GET", "/api/v2/revenue/events", scope="revenue", doc=_EXPORT)
    def export(after: After = None) -> EventsPage:
        return books().recording.page(after)

    @api.route("GET", "/api/v2/revenue/mrr", scope="revenue", doc=_MRR)
    def mrr(first: First = None, last: Last = None, by: Dimension = None) -> MrrReport:
        return books().reporting.mrr(first, last, by)

    @api.route("GET", "/api/v2/revenue/checkin", scope="revenue", doc=_CHECKIN)
    def checkin() -> CheckIn:
        return books().checking()

    return _erasing(api, books)


def attribution(api: Api, books: Callable[[], Books]) -> Api:
    """The route that needs a solver, and so a function of its own."""

    @api.route("GET", "/api/v2/revenue/attribution", scope="revenue", doc=_ATTRIBUTION)
    def attribute(method: Method = "markov") -> AttributionReport:
        return books().attributing(method)

    return api


def optimizing(api: Api, advising: Callable[[], Advise]) -> Api:
    """The route that fits curves, in a function of its own too."""

    @api.route("POST", "/api/v1/revenue/optimize", scope="revenue", doc=_OPTIMIZE)
    def optimize(goal: Annotated[Goal, Body()]) -> Advice:
        return advising()(goal)

    return api


def _erasing(api: Api, books: Callable[[], Books]) -> Api:
    """The routes by which a customer is forgotten."""

    @api.route("DELETE", "/api/v2/revenue/customers/<customer_id>", scope="revenue", doc=_ERASE)
    def erase(customer_id: str) -> Erased:
        return books().recording.erase(customer_id)

    @api.route("DELETE", "/api/v2/revenue/customers", scope="revenue", doc=_ERASE_NAMED)
    def erase_named(customer_id: Named) -> Erased:
        return books().recording.erase(customer_id)

    return api


def work(
    event_of: Callable[[Any], Event],
    events: Callable[[Sequence[str]], Mapping[str, Event]],
    count: Callable[[Sequence[Event]], int],
) -> Work[Event]:
    """What the stream's function does with a record of a new event.

    One that cannot be read is looked up as it is by now: so a repaired one counts when it is
    replayed.
    """

    def read(record: dict[str, Any]) -> Event:
        image = record["dynamodb"]["NewImage"]
        try:
            return event_of(image)
        except (KeyError, ValueError):
            id_ = image["pk"]["S"].removeprefix("event#")
            return events([id_])[id_]

    def use(found: Sequence[Event]) -> None:
        days = count(found)
        telemetry.logger().info("counted", extra={"events": len(found), "days": days})

    return Work(read, use)


def _measure(receipt: Receipt) -> None:
    rejected = len({one.index for one in receipt.rejected})
    counts = {
        "accepted": receipt.accepted, "duplicate": receipt.duplicate, "rejected": rejected,
    }  # fmt: skip
    telemetry.logger().info("events", extra=counts)
    values = {f"RevenueEvents{name.title()}": (MetricUnit.Count, n) for name, n in counts.items()}
    telemetry.record({}, {name: (unit, float(n)) for name, (unit, n) in values.items()})
