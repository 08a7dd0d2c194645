"""What the template lets a function do, against what the function does."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import botocore.session
from botocore import xform_name

from tests.infra.assembly import Assembly, Resource
from tests.infra.readable import Reader
from tests.infra.statements import Statement, statements

# IAM's words where they are not the SDK's: service → prefix, `service:Operation` → action.
PREFIXES = {"stepfunctions": "states"}
ACTIONS = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectsV2": "s3:ListBucket",
    "dynamodb:TransactGetItems": "dynamodb:GetItem",
}
# Calls in which many actions may hide are judged by what they carry.
TRANSACT = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
# Of things under the stage's key: these calls make AWS decrypt, or encrypt, in the caller's name.
READS = ("Get", "BatchGet", "Query", "Scan", "Receive", "TransactGet")
WRITES = ("Put", "Update", "Delete", "BatchWrite", "TransactWrite", "Send", "Publish")
SEALED = (
    "dynamodb:",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
    "sqs:",
    "sns:",
)
KEY_OF = ("KMSMasterKeyId", "KmsKeyId", "KmsMasterKeyId")


class Call(NamedTuple):
    """One call of AWS by a function: `route`, `http`, `dynamodb`, `get_item`.

    `kinds` are those of the items of a transaction; `named` the variables of the function's
    environment whose values are among the arguments.
    """

    word: str
    entry: str
    service: str
    method: str
    kinds: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


class Needed(NamedTuple):
    """An action, and what it must be allowed on as the template writes it (empty: anything)."""

    action: str
    on: str = ""


@dataclass(frozen=True)
class Grants:
    """The statements of one function's role."""

    function: Resource
    allowed: list[Statement]
    assembly: Assembly

    def missing(self, calls: Iterable[Call]) -> list[str]:
        """One line per action that a call needs and no statement allows."""
        needed = {need: call for call in calls for need in self._needs(call)}
        return [
            f"missing grant: {need.action} on {need.on or 'what it uses'}, which functions/"
            f"{call.word} ({call.entry}) needs for {call.service}.{call.method}: grant it in "
            f"infra_cdk/capabilities/{call.word}.py"
            for need, call in sorted(needed.items())
            if not self.allows(need)
        ]

    def allows(self, need: Needed) -> bool:
        """Whether a statement names the action on a resource that holds the needed one."""
        return any(
            need.action in statement.actions
            and any(need.on in resource for resource in statement.resources)
            for statement in self.allowed
        )

    def _needs(self, call: Call) -> Iterable[Needed]:
        targets = self._targets(call) or [""]
        for action in actions(call):
            for target in targets:
                yield Needed(action, target)
                if action.startswith(SEALED):
                    yield from self._of_key(action, target)

    def _targets(self, call: Call) -> list[str]:
        """Arguments that came from the environment, as the template has them there."""
        variables = self.function.properties["Environment"]["Variables"]
        reader = Reader(self.assembly, self.function.stack)
        given = (variables.get(name) for name in call.named)
        # What is written out in the template names no resource of it.
        return [reader.text(value) for value in given if isinstance(value, dict)]

    def _of_key(self, action: str, target: str) -> Iterable[Needed]:
        operation = action.partition(":")[2]
        if sealed(self.assembly, target):
            if operation.startswith((*READS, *WRITES)):
                yield Needed("kms:Decrypt")
            if operation.startswith(WRITES):
                yield Needed("kms:GenerateDataKey")


def actions(call: Call) -> list[str]:
    """The IAM actions of a call. Raises KeyError for a method that the service does not have."""
    prefix = PREFIXES.get(call.service, call.service)
    operation = _operations(call.service)[call.method]
    if operation == "TransactWriteItems":
        return [f"dynamodb:{TRANSACT[kind]}" for kind in call.kinds]
    name = f"{prefix}:{operation}"
    return [ACTIONS.get(name, name)]


def kinds(arguments: dict[str, Any]) -> tuple[str, ...]:
    """What the items of a DynamoDB transaction do; nothing for another call."""
    return tuple(sorted({kind for item in arguments.get("TransactItems", ()) for kind in item}))


@cache
def _operations(service: str) -> dict[str, str]:
    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(name): name for name in model.operation_names}


def sealed(assembly: Assembly, target: str) -> bool:
    """Whether `target`, a name shared by SSM parameter, is of something under the stage's key."""
    for parameter in assembly.resources("AWS::SSM::Parameter"):
        value = parameter.properties["Value"]
        if target == f"{{ssm:{parameter.properties['Name']}}}" and isinstance(value, dict):
            (inner,) = value.values()
            name = inner[0] if isinstance(inner, list) else inner
            shared = assembly.templates[parameter.stack]["Resources"].get(name, {})
            return any(key in json.dumps(shared.get("Properties", {})) for key in KEY_OF)
    return False


def grants(assembly: Assembly) -> dict[tuple[str, str], Grants]:
    """By capability and entry: what each function's role allows."""
    known = list(statements(assembly))
    found = {}
    for function in assembly.functions():
        entry = str(function.properties["Handler"]).removeprefix("handler.")
        role = Reader(assembly, function.stack).name(function.properties["Role"]["Fn::GetAtt"][0])
        allowed = [s for s in known if role in s.holders and s.effect == "Allow"]
        found[assembly.word(function), entry] = Grants(function, allowed, assembly)
    return found


def missing_grants(assembly: Assembly, calls: Iterable[Call]) -> list[str]:
    """What functions were seen to do, and their roles do not allow."""
    by_function = grants(assembly) if calls else {}
    return [
        line
        for function, held in by_function.items()
        for line in held.missing(call for call in calls if (call.word, call.entry) == function)
    ]
