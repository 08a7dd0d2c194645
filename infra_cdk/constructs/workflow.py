"""A state machine whose definition is a file under statemachines/."""

import json
import re
from collections.abc import Mapping

from aws_cdk import ArnFormat, Aws, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra_cdk.config import ROOT
from infra_cdk.constructs.alarm import Alarm
from infra_cdk.constructs.foundation import Foundation
from infra_cdk.constructs.logs import LogGroup

STATEMACHINES = ROOT / "statemachines"


def definition(capability: str, given: set[str]) -> str:
    """The text of `statemachines/<capability>.asl.json`.

    Raises ValueError when its ${Name}s are not exactly `given`, or it could run for ever.
    """
    path = STATEMACHINES / f"{capability}.asl.json"
    text = path.read_text(encoding="utf-8")
    wanted = set(re.findall(r"\$\{(\w+)\}", text))
    if wanted != given:
        raise ValueError(f"{path.name} names {sorted(wanted)}, its construct gives {sorted(given)}")
    if "TimeoutSeconds" not in json.loads(text):
        raise ValueError(f"{path.name} has no TimeoutSeconds: by default an execution has a year")
    return text


def arn(scope: Construct, resource: str, name: str) -> str:
    """Of a `stateMachine`, or an `execution` of one, by name: a reference could be a circle."""
    return Stack.of(scope).format_arn(
        service="states",
        # A token, so that what is granted reads the same wherever a stage is.
        region=Aws.REGION,
        resource=resource,
        resource_name=name,
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )


def let(function: iam.IGrantable, action: str, resource: str) -> None:
    """Allow one action on one resource."""
    iam.Grant.add_to_principal(grantee=function, actions=[action], resource_arns=[resource])


class Workflow(sfn.StateMachine):
    """`statemachines/<capability>.asl.json`; each ${Name} in it must be given, and no other."""

    def __init__(
        self,
        scope: Construct,
        *,
        capability: str,
        foundation: Foundation,
        functions: Mapping[str, lambda_.Alias],
    ) -> None:
        """Raises ValueError for a file that `definition` refuses."""
        config = foundation.config
        name = f"labverse-{config.stage}-{capability}"
        # The prefix spares the account's one resource policy for logs, which has a size limit.
        log = f"/aws/vendedlogs/states/{name}"
        group = LogGroup(scope, "WorkflowLogs", name=log, config=config)
        super().__init__(
            scope,
            "Workflow",
            state_machine_name=name,
            definition_body=sfn.DefinitionBody.from_string(definition(capability, set(functions))),
            definition_substitutions={n: f.function_arn for n, f in functions.items()},
            tracing_enabled=True,
            # Which states, never what was in them: inputs and outputs hold prompts.
            logs=sfn.LogOptions(
                destination=group, level=sfn.LogLevel.ALL, include_execution_data=False
            ),
        )
        for function in functions.values():
            function.grant_invoke(self)
        self._alarm(foundation, name)

    def _alarm(self, foundation: Foundation, name: str) -> None:
        Alarm(
            self,
            "TimedOutAlarm",
            metric=self.metric_timed_out(period=Duration.minutes(5)),
            threshold=1,
            topic=foundation.alarms,
            name=f"{name}-timed-out",
            description=f"{name}: an execution ran out of time, so a state did not end as it must",
        )
