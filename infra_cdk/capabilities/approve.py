"""approve: what asks people, takes their answers, and sees every question to its end."""

from typing import cast

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra_cdk.constructs import workflow
from infra_cdk.constructs.api import add_routes
from infra_cdk.constructs.foundation import Foundation
from infra_cdk.constructs.function import CapabilityFunction, Traits
from infra_cdk.constructs.workflow import Workflow
from labverse.approve.settings import ApproveSettings

ROUTES = [
    "GET /api/v2/approvals",
    "POST /api/v2/approvals/{approval_id}",
    "POST /slack/interactions",
]
_ITEMS = ("dynamodb:GetItem", "dynamodb:PutItem")
_TICK = Duration.minutes(1)
_ENDED = ["FAILED", "TIMED_OUT", "ABORTED"]


class Approve(Construct):
    """A workflow that asks people puts `ask` for ${ApproveTask}, and is named to `serves`."""

    def __init__(self, scope: Construct, *, foundation: Foundation) -> None:
        super().__init__(scope, "Approve")
        self._foundation = foundation
        http = self._function("http", Traits(cold_budget=True))
        task = self._function("task", Traits())
        event = self._function("event", Traits(asynchronous=True))
        self._functions, self._event = (http, task, event), event
        for function in self._functions:
            # It knows no resource: a token is its own proof, and lies sealed in its item.
            workflow.let(function, "states:SendTaskSuccess", "*")
            # Items are sealed with the same key as the tokens in them.
            foundation.let_write_items(function, foundation.approvals, *_ITEMS)
            foundation.let_read_secret(function, foundation.slack)
            foundation.let_announce(function)
        for function in (http, event):
            foundation.let_query_todo(function, foundation.approvals)
        foundation.let_read_items(http, foundation.approvals, "dynamodb:Scan")
        foundation.let_check_keys(http)
        foundation.let_repeat(http)
        # What whoever clicked could not be told at once is handed over.
        workflow.let(http, "lambda:InvokeFunction", event.live.function_arn)
        add_routes(api=foundation.api, function=http.live, routes=ROUTES)
        self.ask: lambda_.Alias = task.live
        """Asks people, for a state that waits for a task token."""
        self._rules()

    def serves(self, asks: Workflow) -> None:
        """Allow to hear and see how a workflow that asks has ended.

        By its name and not by its reference: it refers to `ask` itself, and a circle of resources
        cannot be deployed.
        """
        name = cast(sfn.CfnStateMachine, asks.node.default_child).state_machine_name
        machine = workflow.arn(self, "stateMachine", str(name))
        for function in self._functions:
            workflow.let(
                function, "states:DescribeExecution", workflow.arn(self, "execution", f"{name}:*")
            )
        events.Rule(
            self,
            f"{cast(Construct, asks.node.scope).node.id}Ended",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={"stateMachineArn": [machine], "status": _ENDED},
            ),
            targets=[targets.LambdaFunction(self._event.live)],
        )

    def _rules(self) -> None:
        """What was decided is shown at once; a clock finishes what somebody left undone."""
        target = targets.LambdaFunction(self._event.live)
        events.Rule(
            self,
            "Decided",
            event_bus=self._foundation.bus,
            event_pattern=events.EventPattern(
                source=["labverse.approve"], detail_type=["ApprovalDecided"]
            ),
            targets=[target],
        )
        events.Rule(self, "Tick", schedule=events.Schedule.rate(_TICK), targets=[target])

    def _function(self, entry: str, traits: Traits) -> CapabilityFunction:
        foundation = self._foundation
        settings = ApproveSettings(
            **foundation.common("approve"),
            KEYS_TABLE=foundation.keys.table_name,
            EVENT_BUS=foundation.bus.event_bus_name,
            DATA_KEY_ARN=foundation.key.key_arn,
        )
        return CapabilityFunction(
            self,
            capability="approve",
            entry=entry,
            settings=settings,
            foundation=foundation,
            traits=traits,
        )
