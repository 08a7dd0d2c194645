"""revenue: events in and figures out over HTTP, and the function that follows the table."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_lambda_event_sources import DynamoEventSource, SqsDlq
from constructs import Construct

from infra_cdk.constructs.alarm import Alarm
from infra_cdk.constructs.api import add_routes
from infra_cdk.constructs.foundation import Foundation
from infra_cdk.constructs.function import CapabilityFunction, Traits
from labverse.revenue.settings import RevenueSettings

ROUTES = [
    "POST /api/v2/revenue/events",
    "GET /api/v2/revenue/events",
    "GET /api/v2/revenue/mrr",
    "GET /api/v2/revenue/checkin",
    "DELETE /api/v2/revenue/customers",
    "DELETE /api/v2/revenue/customers/{customer_id}",
]
BOOK = ("BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan")
COUNT = ("BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem")
# Only what is new in the book: the rows that are made of it are in the same table.
_NEW_EVENTS = {"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": ["event"]}}}}
_LATE = Duration.minutes(5)
# An hour before DynamoDB itself lets go of a record.
_KEPT = Duration.hours(23)


class Revenue(Construct):
    """Four functions: attribution and advice need a solver that the others do not wait for."""

    def __init__(self, scope: Construct, *, foundation: Foundation) -> None:
        super().__init__(scope, "Revenue")
        self._foundation = foundation
        http = self._function("http", Traits(cold_budget=True))
        attribution = self._function(
            "http_attribution", Traits(cold_budget=True, layers=("solver",))
        )
        optimize = self._function("http_optimize", Traits(cold_budget=True, layers=("solver",)))
        stream = self._function("stream", Traits())
        for function in (http, attribution, optimize):
            foundation.let_check_keys(function)
        for function in (http, optimize):
            foundation.let_repeat(function)
        self._let(http, *BOOK)
        for function in (attribution, optimize):
            self._let(function, "Query")
        self._let(stream, *COUNT)
        foundation.let_announce(stream)
        add_routes(api=foundation.api, function=http.live, routes=ROUTES)
        for function, route in (
            (attribution, "GET /api/v2/revenue/attribution"),
            (optimize, "POST /api/v1/revenue/optimize"),
        ):
            add_routes(api=foundation.api, function=function.live, routes=[route])
        self._follow(stream)
        self._watch(stream)

    def _function(self, entry: str, traits: Traits) -> CapabilityFunction:
        foundation = self._foundation
        settings = RevenueSettings(
            **foundation.common("revenue"),
            KEYS_TABLE=foundation.keys.table_name,
            EVENT_BUS=foundation.bus.event_bus_name,
        )
        return CapabilityFunction(
            self,
            capability="revenue",
            entry=entry,
            settings=settings,
            foundation=foundation,
            traits=traits,
        )

    def _let(self, function: CapabilityFunction, *verbs: str) -> None:
        actions = (f"dynamodb:{verb}" for verb in verbs)
        self._foundation.let_write_items(function, self._foundation.revenue, *actions)

    def _follow(self, stream: CapabilityFunction) -> None:
        """Until a batch is counted it is tried again: what cannot be is buried by the function."""
        stream.live.add_event_source(
            DynamoEventSource(
                self._foundation.revenue,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=100,
                max_batching_window=Duration.seconds(1),
                max_record_age=_KEPT,
                on_failure=SqsDlq(self._foundation.dead_letters),
                filters=[lambda_.FilterCriteria.filter(_NEW_EVENTS)],
            )
        )

    def _watch(self, stream: CapabilityFunction) -> None:
        """What waits is late for the figures, and lost a day after it came."""
        config = self._foundation.config
        Alarm(
            self,
            "LateAlarm",
            metric=cloudwatch.Metric(
                namespace="AWS/Lambda",
                metric_name="IteratorAge",
                dimensions_map={
                    "FunctionName": stream.function_name,
                    "Resource": f"{stream.function_name}:live",
                },
                statistic="max",
                period=_LATE,
            ),
            threshold=_LATE.to_milliseconds(),
            topic=self._foundation.alarms,
            name=f"labverse-{config.stage}-revenue-late",
            description="revenue events wait to be counted: read the log of its stream function",
        )
