"""A workflow of a test's own that asks people and waits, as any workflow may."""

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from labverse.adapters import doors
from labverse.platform.keys import mint
from tests.cloud import Deployed

DIGEST = "ab" * 32
_ARN = "arn:aws:{}:us-east-1:000000000000:{}"
_ROLE = "arn:aws:iam::000000000000:role/test"
_SECONDS = 60.0
_DEFINITION = {
    "QueryLanguage": "JSONata",
    "StartAt": "Ask",
    "States": {
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Arguments": {
                "FunctionName": _ARN.format("lambda", "function:labverse-local-approve-task:live"),
                "Payload": {
                    "token": "{% $states.context.Task.Token %}",
                    "execution": "{% $states.context.Execution.Id %}",
                    "trace_id": "{% $states.context.Execution.Name %}",
                    "request": "{% $states.input %}",
                },
            },
            "TimeoutSeconds": 7200,
            "End": True,
        }
    },
}


class Asking:
    """One state machine. Each question is an execution of its own, by the approval's id."""

    def __init__(self, deployed: Deployed, machine: str) -> None:
        self.deployed, self._machine = deployed, machine
        self._states, self._lambda = deployed.client("stepfunctions"), deployed.client("lambda")

    def ask(self, **changes: Any) -> str:
        """The id of a new approval, once people can see it."""
        id_ = uuid.uuid4().hex
        request = {
            "id": id_,
            "rule": "deal",
            "title": "A deal",
            "facts": [{"label": "Price", "value": "7.50 USD"}],
            "terms_digest": DIGEST,
            "requester": "key:test",
            **changes,
        }
        self._states.start_execution(
            stateMachineArn=self._machine, name=id_, input=json.dumps(request)
        )
        until(lambda: self.item(id_), "an approval")
        return id_

    def execution(self, id_: str) -> str:
        """The execution that waits for it."""
        return f"{self._machine.replace(':stateMachine:', ':execution:')}:{id_}"

    def run(self, id_: str) -> Any:
        """The execution as it is."""
        return self._states.describe_execution(executionArn=self.execution(id_))

    def history(self, id_: str) -> list[str]:
        """The kinds of what happened in it."""
        told = self._states.get_execution_history(executionArn=self.execution(id_))
        return [event["type"] for event in told["events"]]

    def verdict(self, id_: str) -> Any:
        """What its token was answered with."""
        until(lambda: self.run(id_)["status"] != "RUNNING", "an answer to the token")
        return json.loads(self.run(id_)["output"])

    def deliveries(self, id_: str) -> list[str]:
        """What the function `http` logged of sending its token."""
        logs = self.deployed.client("logs").get_paginator("filter_log_events")
        pages = logs.paginate(logGroupName="/aws/lambda/labverse-local-approve-http")
        lines = [event["message"] for page in pages for event in page["events"]]
        return [line for line in lines if "approval decided" in line and id_ in line]

    def item(self, id_: str) -> Any:
        """The approval as it is kept, if it is."""
        where = {"TableName": "labverse-local-approvals", "Key": {"approval_id": {"S": id_}}}
        return self.deployed.client("dynamodb").get_item(**where, ConsistentRead=True).get("Item")

    def happens(self, event: dict[str, Any]) -> None:
        """The function `event` takes this one, and has no complaint."""
        payload = json.dumps(event).encode()
        name = "labverse-local-approve-event:live"
        answer = self._lambda.invoke(FunctionName=name, Payload=payload)
        assert "FunctionError" not in answer, answer["Payload"].read()

    def key(self, person: str) -> dict[str, str]:
        """The header of a new key of that person's."""
        clients = self.deployed.client("dynamodb"), self.deployed.client("secretsmanager")
        key, record = mint(person, frozenset({"approve"}), datetime.now(UTC), person)
        doors.registry("local", self.deployed.facts["keys_table"], *clients).create(record)
        return {"x-api-key": key}


@contextmanager
def asking(deployed: Deployed) -> Iterator[Asking]:
    """A state machine for as long as this lasts."""
    states = deployed.client("stepfunctions")
    machine = states.create_state_machine(
        name=f"asking-{uuid.uuid4().hex[:8]}", definition=json.dumps(_DEFINITION), roleArn=_ROLE
    )["stateMachineArn"]
    yield Asking(deployed, machine)
    states.delete_state_machine(stateMachineArn=machine)


def until(done: Any, what: str) -> None:
    """Wait for it; a minute is enough for anything here."""
    end = time.monotonic() + _SECONDS
    while not done():
        assert time.monotonic() < end, f"{what} within {_SECONDS:.0f} s"
        time.sleep(0.1)
