"""approve may look at the workflows that ask people, each of them, and at no other."""

import re

from tests.infra.assembly import Assembly
from tests.infra.grants import grants
from tests.infra.readable import Reader

LAST = re.compile(r"(?:stateMachine|execution):[\w:*-]+$")
MACHINE, RULE = "AWS::StepFunctions::StateMachine", "AWS::Events::Rule"


def asking(assembly: Assembly) -> set[str]:
    """The names of state machines in which a state asks people."""
    return {
        str(machine.properties["StateMachineName"])
        for machine in assembly.resources(MACHINE)
        if "ApproveTask" in machine.properties["DefinitionSubstitutions"]
    }


def granted(assembly: Assembly, entry: str, action: str) -> set[str]:
    """The last parts of what the function may do that on."""
    held = grants(assembly)["approve", entry]
    found = {
        resource for one in held.allowed if action in one.actions for resource in one.resources
    }
    return {hit[0] if (hit := LAST.search(one)) else one for one in found}


def test_every_workflow_that_asks_is_looked_at_and_no_other(local: Assembly) -> None:
    names = asking(local)
    assert names, "no workflow asks people: is this test reading the right place?"
    for entry in ("http", "task", "event"):
        # AWS takes this one on everything alone: whoever holds a token may answer it.
        assert granted(local, entry, "states:SendTaskSuccess") == {"*"}
        assert granted(local, entry, "states:DescribeExecution") == {
            f"execution:{name}:*" for name in names
        }


def test_the_end_of_every_workflow_that_asks_is_heard(local: Assembly) -> None:
    heard = set()
    for rule in local.resources(RULE):
        pattern = rule.properties.get("EventPattern", {})
        if pattern.get("source") == ["aws.states"] and rule.path.startswith("Approve/"):
            reader = Reader(local, rule.stack)
            heard |= {reader.text(arn) for arn in pattern["detail"]["stateMachineArn"]}
            assert pattern["detail"]["status"] == ["FAILED", "TIMED_OUT", "ABORTED"]
    assert {arn.rpartition(":")[2] for arn in heard} == asking(local)
