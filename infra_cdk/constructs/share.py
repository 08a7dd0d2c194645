"""Names that one stack tells another: SSM parameters, never exports, so either can be replaced."""

from aws_cdk import aws_ssm as ssm
from constructs import Construct


def _path(stage: str, name: str) -> str:
    return f"/labverse/{stage}/{name}"


def publish(scope: Construct, *, stage: str, name: str, value: str) -> None:
    """Tell the other stacks of this stage `value` under `name` (`keys-table`)."""
    construct_id = "".join(word.capitalize() for word in name.split("-"))
    ssm.StringParameter(
        scope, f"{construct_id}Parameter", parameter_name=_path(stage, name), string_value=value
    )


def read(scope: Construct, *, stage: str, name: str) -> str:
    """What another stack published, resolved by CloudFormation at each deployment."""
    return ssm.StringParameter.value_for_string_parameter(scope, _path(stage, name))
