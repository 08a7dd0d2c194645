"""negotiate: deals between channels, by HTTP, by a schedule, and through the workflow."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra_cdk.constructs import layer, workflow
from infra_cdk.constructs.api import add_routes
from infra_cdk.constructs.foundation import Foundation
from infra_cdk.constructs.function import CapabilityFunction, Traits
from infra_cdk.constructs.workflow import Workflow
from labverse.negotiate.config import NegotiatePolicy
from labverse.negotiate.settings import NegotiateSettings

ROUTES = [
    "POST /api/v2/negotiations",
    "GET /api/v2/negotiations/{negotiation_id}",
    "GET /.well-known/agent-card.json",
    "POST /a2a",
]
FOLDER = "negotiations"
TASKS = ("gather", "solve", "record", "apply")
# A transaction is made of updates and deletions, each by its own permission.
_ITEMS = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem")
_ENDED = ["FAILED", "TIMED_OUT", "ABORTED"]
_TICK = Duration.minutes(1)
# Only where positions are checked or solved; everything else starts without it.
_SOLVER = Traits(layers=("solver",))


class Negotiate(Construct):
    """Functions over one record of each negotiation, and the workflow between them."""

    def __init__(
        self, scope: Construct, *, foundation: Foundation, ask: lambda_.Alias, phrase: lambda_.Alias
    ) -> None:
        """`ask` asks people for a workflow (`Approve.ask`), `phrase` models (`Route.task`)."""
        super().__init__(scope, "Negotiate")
        self._foundation, stage = foundation, foundation.config.stage
        # By name and not by reference: the machine refers to the functions that refer to it.
        self._machine = workflow.arn(self, "stateMachine", f"labverse-{stage}-negotiate")
        self._executions = workflow.arn(self, "execution", f"labverse-{stage}-negotiate:*")
        http = self._function("http", Traits(cold_budget=True, layers=("solver",)))
        event = self._function("event", Traits(asynchronous=True, layers=("solver",)))
        tasks = [
            self._function(f"task_{name}", _SOLVER if name == "solve" else Traits())
            for name in TASKS
        ]
        self._grant(http, event, tasks)
        add_routes(api=foundation.api, function=http.live, routes=ROUTES)
        functions = {
            f"{name.capitalize()}Task": task.live for name, task in zip(TASKS, tasks, strict=True)
        }
        self.workflow = Workflow(
            self,
            capability="negotiate",
            foundation=foundation,
            functions={**functions, "ApproveTask": ask, "RouteTask": phrase},
        )
        self._rules(targets.LambdaFunction(event.live))
        self._cycle(event)

    def _grant(
        self, http: CapabilityFunction, event: CapabilityFunction, tasks: list[CapabilityFunction]
    ) -> None:
        foundation, (gather, solve, record, apply) = self._foundation, tasks
        for function in (http, event, record, apply):
            foundation.let_write_items(function, foundation.deals, *_ITEMS)
            foundation.let_announce(function)
        for function in (gather, solve):
            foundation.let_read_items(function, foundation.deals, "dynamodb:GetItem")
        for function in (http, event, gather, solve):
            foundation.let_write_objects(function, FOLDER)
        for function in tasks:
            foundation.let_read_objects(function, FOLDER)
        for function in (http, event):
            foundation.let_query_todo(function, foundation.deals)
            workflow.let(function, "states:StartExecution", self._machine)
        workflow.let(http, "states:StopExecution", self._executions)
        workflow.let(event, "states:DescribeExecution", self._executions)
        foundation.let_check_keys(http)
        foundation.let_repeat(http)

    def _function(self, entry: str, traits: Traits) -> CapabilityFunction:
        foundation = self._foundation
        settings = NegotiateSettings(
            **foundation.common("negotiate"),
            KEYS_TABLE=foundation.keys.table_name,
            EVENT_BUS=foundation.bus.event_bus_name,
            DATA_BUCKET=foundation.data.bucket_name,
            STATE_MACHINE_ARN=self._machine,
        )
        return CapabilityFunction(
            self,
            capability="negotiate",
            entry=entry,
            settings=settings,
            foundation=foundation,
            traits=traits,
        )

    def _rules(self, target: targets.LambdaFunction) -> None:
        """What was decided is shown at once; a clock finds what ended without saying so."""
        events.Rule(
            self,
            "Decided",
            event_bus=self._foundation.bus,
            event_pattern=events.EventPattern(
                source=["labverse.approve"], detail_type=["ApprovalDecided"]
            ),
            targets=[target],
        )
        events.Rule(
            self,
            "Ended",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={"stateMachineArn": [self._machine], "status": _ENDED},
            ),
            targets=[target],
        )
        events.Rule(self, "Tick", schedule=events.Schedule.rate(_TICK), targets=[target])

    def _cycle(self, event: CapabilityFunction) -> None:
        """Autonomous mode; where nobody could be asked, nothing is opened."""
        policy = NegotiatePolicy.model_validate_json(layer.policy("negotiate"))
        if not (policy.standing and self._foundation.config.approvers):
            return
        told = {
            "id": events.EventField.event_id,
            "source": events.EventField.source,
            "detail-type": events.EventField.detail_type,
            "time": events.EventField.time,
            "detail": {"do": "cycle"},
        }
        given = events.RuleTargetInput.from_object(told)
        events.Rule(
            self,
            "Cycle",
            description="Lab-Verse: negotiates the standing deals of config/policy/negotiate.json",
            schedule=events.Schedule.rate(Duration.seconds(policy.cycle_interval_seconds)),
            targets=[targets.LambdaFunction(event.live, event=given)],
        )
