"""A state machine whose definition is a file under statemachines/."""

import re
from collections.abc import Mapping

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra_cdk.config import ROOT, StageConfig

STATEMACHINES = ROOT / "statemachines"


class Workflow(sfn.StateMachine):
    """`statemachines/<capability>.asl.json`; each ${Name} in it must be given, and no other."""

    def __init__(
        self,
        scope: Construct,
        *,
        capability: str,
        config: StageConfig,
        functions: Mapping[str, lambda_.IFunction],
    ) -> None:
        """Raises ValueError when the file's names and `functions` differ."""
        path = STATEMACHINES / f"{capability}.asl.json"
        definition = path.read_text(encoding="utf-8")
        wanted = set(re.findall(r"\$\{(\w+)\}", definition))
        if wanted != set(functions):
            raise ValueError(
                f"{path.name} names {sorted(wanted)}, its construct gives {sorted(functions)}"
            )
        super().__init__(
            scope,
            "Workflow",
            state_machine_name=f"labverse-{config.stage}-{capability}",
            definition_body=sfn.DefinitionBody.from_string(definition),
            definition_substitutions={
                name: function.function_arn for name, function in functions.items()
            },
        )
        for function in functions.values():
            function.grant_invoke(self)
