"""What no template for AWS may hold: rules that fail `cdk synth`, and who is excused from them."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra_cdk.policies import registry
from infra_cdk.policies.reasons import ACCEPTED, Accepted

RULES = Path(__file__).with_name("rules")
# Without it CDK turns every finding of its own engine, ours too, into a warning.
STRICT = "@aws-cdk/core:validateAgainstDefaultRules"


def apply(app: cdk.App, accepted: Sequence[Accepted] = ACCEPTED) -> None:
    """Judge every template of `app` when it is synthesized; call it when the app is complete.

    Raises ValueError when the app's context would turn our findings into warnings.
    """
    if app.node.try_get_context(STRICT) is not True:
        raise ValueError(f"set {STRICT} to true in the context of cdk.json: else nothing is denied")
    cdk.Validations.of(app).add_plugins(
        AwsSolutionsChecks(app),
        ServerlessChecks(app),
        engine({**sources(), "registry.rego": registry.rules(app)}),
    )
    for construct in app.node.find_all():
        path = where(construct.node.path)
        excused = [row for row in accepted if row.holds(path)]
        if excused:
            cdk.Validations.of(construct).acknowledge(
                *(
                    cdk.Acknowledgment(id=rule, reason=row.why)
                    for row in excused
                    for rule in row.at_synth(stage_of(construct.node.path))
                )
            )


def sources() -> dict[str, str]:
    """Our rules, by file name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(RULES.glob("*.rego"))}


def engine(rules: dict[str, str]) -> cdk.CloudFormationValidatePlugin:
    """CDK's engine with its own rules and `rules`. A rule that it cannot read fails the synth."""
    return _engine(tuple(rules.items()))


# One costs 2 CPU seconds and some 300 MB that CDK never gives back: a process that builds a dozen
# collects garbage for minutes.
@cache
def _engine(rules: tuple[tuple[str, str], ...]) -> cdk.CloudFormationValidatePlugin:
    return cdk.CloudFormationValidatePlugin(
        rego_rules=[cdk.ValidationRuleSource(name=name, content=text) for name, text in rules]
    )


def stage_of(construct_path: str) -> str:
    """`dev` of `Labverse-dev-data/Keys/Resource`; empty above the stacks."""
    parts = construct_path.partition("/")[0].split("-", 2)
    return parts[1] if len(parts) == 3 else ""


def where(construct_path: str) -> str:
    """The path without the stage: `Labverse-dev-data/Keys/Resource` is `data/Keys/Resource`."""
    stack, slash, rest = construct_path.partition("/")
    return stack.split("-", 2)[-1] + slash + rest
