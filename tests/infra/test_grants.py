"""Roles allow what functions, workflows and their logs need; a missing grant is told by name."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.infra.assembly import Assembly, Resource
from tests.infra.grants import Call, Grants, Needed, grants, missing_grants
from tests.infra.readable import Reader
from tests.infra.statements import statements

MACHINE = "AWS::StepFunctions::StateMachine"
# Integrations whose action is not their own name.
INTEGRATIONS = {"lambda:invoke": "lambda:InvokeFunction", "sqs:sendMessage": "sqs:SendMessage"}
READ_KEY = Call("route", "http", "dynamodb", "get_item", named=("KEYS_TABLE",))


def test_every_function_may_write_its_log_and_its_traces(local: Assembly) -> None:
    for held in grants(local).values():
        group = held.function.properties["LoggingConfig"]["LogGroup"]
        place = Reader(local, held.function.stack).text(group).strip("{}")
        for need in (
            Needed("logs:CreateLogStream", place),
            Needed("logs:PutLogEvents", place),
            Needed("xray:PutTraceSegments"),
        ):
            assert held.allows(need), f"missing grant: {need.action} of {held.function.path}"


def _tasks(machine: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for state in machine["States"].values():
        if state["Type"] == "Task":
            yield state
        inner = [*state.get("Branches", []), state.get("ItemProcessor")]
        for branch in filter(None, inner):
            yield from _tasks(branch)


def _needed(task: dict[str, Any], values: dict[str, str]) -> Needed:
    """What one state does, and on what: the first of its arguments that is substituted."""
    service = task["Resource"].removeprefix("arn:aws:states:::").removeprefix("aws-sdk:")
    service = re.sub(r"\.(sync|waitForTaskToken)(:\d)?$", "", service)
    name, _, operation = service.partition(":")
    action = INTEGRATIONS.get(service, f"{name}:{operation[0].upper()}{operation[1:]}")
    hit = re.search(r"\$\{(\w+)\}", json.dumps(task["Arguments"]))
    return Needed(action, values[hit[1]] if hit else "")


def _machine_needs(machine: Resource, reader: Reader) -> Iterator[Needed]:
    given = machine.properties["DefinitionSubstitutions"]
    values = {name: reader.text(value).strip("{}") for name, value in given.items()}
    for task in _tasks(json.loads(machine.properties["DefinitionString"])):
        yield _needed(task, values)


def test_every_workflow_may_do_what_its_states_do(local: Assembly) -> None:
    machines = list(local.resources(MACHINE))
    assert machines, "no state machine in the template"
    for machine in machines:
        reader = Reader(local, machine.stack)
        role = reader.name(machine.properties["RoleArn"]["Fn::GetAtt"][0])
        allowed = [s for s in statements(local) if role in s.holders and s.effect == "Allow"]
        held, needs = Grants(machine, allowed, local), list(_machine_needs(machine, reader))
        assert needs, f"{machine.path} has no Task: is this test reading the right place?"
        missing = [need for need in needs if not held.allows(need)]
        assert not missing, f"missing grant of {machine.path}: {missing}"


def test_what_is_granted_is_not_missing(local: Assembly) -> None:
    assert missing_grants(local, [READ_KEY]) == []


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            READ_KEY._replace(method="put_item"),
            "dynamodb:PutItem on {ssm:/labverse/dev/keys-table}",
        ),
        (READ_KEY._replace(word="observe", method="put_item"), "kms:GenerateDataKey"),
        (
            READ_KEY._replace(named=("PROVIDER_KEYS_ARN",)),
            "dynamodb:GetItem on {ssm:/labverse/dev/",
        ),
        (Call("route", "http", "stepfunctions", "send_task_success"), "states:SendTaskSuccess"),
        (Call("route", "http", "lambda", "invoke"), "lambda:InvokeFunction"),
        (
            Call(
                "route", "http", "dynamodb", "transact_write_items", kinds=("ConditionCheck", "Put")
            ),
            "dynamodb:ConditionCheckItem",
        ),
    ],
)
def test_what_is_missing_is_told(call: Call, told: str, local: Assembly) -> None:
    missing = missing_grants(local, [call])
    who = f"{call.word} (http)"
    assert any(f"missing grant: {told}" in line and who in line for line in missing)


def test_without_the_key_a_read_of_what_it_seals_is_missing(local: Assembly) -> None:
    held = grants(local)["route", "http"]
    bare = [s for s in held.allowed if "kms:Decrypt" not in s.actions]
    missing = Grants(held.function, bare, local).missing([READ_KEY])
    assert [line.split(",")[0] for line in missing] == [
        "missing grant: kms:Decrypt on what it uses"
    ]
