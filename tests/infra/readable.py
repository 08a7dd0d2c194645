"""CloudFormation values as one line that a person can review."""

import re
from typing import Any

from tests.infra.assembly import Assembly

_SSM = "AWS::SSM::Parameter::Value<String>"


class Reader:
    """Renders values of one stack: references become the construct paths they point to."""

    def __init__(self, assembly: Assembly, stack: str) -> None:
        self._parameters = assembly.templates[stack].get("Parameters", {})
        self._paths = {r.logical_id: r.path for r in assembly.resources() if r.stack == stack}

    def name(self, logical_id: str) -> str:
        """`{Route/Http}` for a resource, `{ssm:/labverse/dev/…}` or `{Parameter}` else."""
        parameter = self._parameters.get(logical_id, {})
        if parameter.get("Type") == _SSM:
            return f"{{ssm:{parameter['Default']}}}"
        return "{" + self._paths.get(logical_id, logical_id) + "}"

    def text(self, value: Any) -> str:
        """A literal, a reference, or literals and references joined."""
        if not isinstance(value, dict):
            return str(value)
        function, argument = next(iter(value.items()))
        if function == "Ref":
            return self.name(argument)
        if function == "Fn::GetAtt":
            return f"{self.name(argument[0])[:-1]}.{argument[1]}}}"
        if function == "Fn::Join":
            return str(argument[0]).join(self.text(part) for part in argument[1])
        if function == "Fn::Sub" and isinstance(argument, str):
            return re.sub(r"\$\{([^}]+)\}", lambda match: self.name(match[1]), argument)
        return str(value)


def listed(value: Any) -> list[Any]:
    """IAM lets one thing stand for a list of one."""
    return value if isinstance(value, list) else [value]
