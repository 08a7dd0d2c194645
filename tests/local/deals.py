"""Negotiations on the deployed app: opened over HTTP, decided by people, looked at from inside."""

import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from labverse.adapters import doors
from labverse.platform.keys import mint
from tests.cloud import Deployed
from tests.functions.negotiate.stated import changed, three_prices

PATH = "/api/v2/negotiations"
GOAL = "Cross-platform content syndication"
ANA, BEN = "T0LOCAL/U0ANA", "T0LOCAL/U0BEN"
_SECONDS = 90.0


class Deals:
    """What a test does with negotiations, and sees of them."""

    def __init__(self, deployed: Deployed) -> None:
        self.deployed = deployed
        self.states = deployed.client("stepfunctions")
        self._machine = deployed.facts["state_machine_arns"]["negotiate"]

    def open(self, body: dict[str, Any], **headers: str) -> Any:
        """The answer to the POST."""
        given = {**self.deployed.key, **headers}
        return self.deployed.http.post(PATH, json=body, headers=given)

    def get(self, id_: str) -> Any:
        """It as HTTP shows it."""
        return self.deployed.http.get(f"{PATH}/{id_}", headers=self.deployed.key).json()

    def until(self, id_: str, *states: str) -> Any:
        """It as soon as it is in one of these states."""
        return self.until_holds(id_, lambda told: told["state"] in states)

    def until_holds(self, id_: str, holds: Callable[[Any], bool]) -> Any:
        """It as soon as that is so of it; another end than the one that is waited for is told."""
        end = time.monotonic() + _SECONDS
        while not holds(told := self.get(id_)):
            over = told["state"] not in ("working", "waiting")
            assert not over, f"it is {told['state']}: {told['reason']}"
            assert time.monotonic() < end, f"after {_SECONDS:.0f} s it is {told['state']}"
            time.sleep(0.2)
        return told

    def waiting(self, body: dict[str, Any]) -> Any:
        """A negotiation that waits for a person."""
        return self.until(self.open(body).json()["id"], "waiting")

    def answer(self, told: Any, answer: str, person: str = ANA) -> Any:
        """A person's answer to its question, over HTTP, once there is one."""
        self.until_asked(told)
        body = {"answer": answer, "terms_digest": told["deal"]["digest"]}
        path = f"/api/v2/approvals/{told['approval']['id']}"
        return self.deployed.http.post(path, json=body, headers=self.key(person))

    def until_asked(self, told: Any) -> None:
        """The record says that it waits before anybody is asked, so that no question is lost."""
        items, end = self.deployed.client("dynamodb"), time.monotonic() + _SECONDS
        key = {"approval_id": {"S": told["approval"]["id"]}}
        while "Item" not in items.get_item(TableName="labverse-local-approvals", Key=key):
            assert time.monotonic() < end, f"nobody is asked within {_SECONDS:.0f} s"
            time.sleep(0.2)

    def edit(self, id_: str, **members: Any) -> None:
        """Its record, changed behind everybody's back."""
        items = self.deployed.client("dynamodb")
        where: Any = {"TableName": "labverse-local-deals", "Key": {"deal_id": {"S": id_}}}
        record = json.loads(items.get_item(**where, ConsistentRead=True)["Item"]["record"]["S"])
        items.update_item(
            **where,
            UpdateExpression="SET #record = :changed",
            ExpressionAttributeNames={"#record": "record"},
            ExpressionAttributeValues={":changed": {"S": json.dumps({**record, **members})}},
        )

    def key(self, person: str, scope: str = "approve") -> dict[str, str]:
        """The header of a new key of that person's."""
        clients = self.deployed.client("dynamodb"), self.deployed.client("secretsmanager")
        key, record = mint(person, frozenset({scope}), datetime.now(UTC), person)
        doors.registry("local", self.deployed.facts["keys_table"], *clients).create(record)
        return {"x-api-key": key}

    def execution(self, id_: str) -> str:
        return f"{self._machine.replace(':stateMachine:', ':execution:')}:{id_}"

    def entered(self, id_: str) -> list[str]:
        """The states that its execution has entered, in order; the local cloud tells of none of
        those inside a map.
        """
        history = self.states.get_execution_history(
            executionArn=self.execution(id_), maxResults=500
        )["events"]
        return [
            event["stateEnteredEventDetails"]["name"]
            for event in history
            if "stateEnteredEventDetails" in event
        ]

    def ended(self, id_: str) -> str:
        """The status of its execution once it runs no longer."""
        end = time.monotonic() + _SECONDS
        while True:
            told = self.states.describe_execution(executionArn=self.execution(id_))["status"]
            if told != "RUNNING":
                return str(told)
            assert time.monotonic() < end, f"it still runs after {_SECONDS:.0f} s"
            time.sleep(0.2)

    def tick(self, word: str, **detail: Any) -> None:
        """The clock of that capability, ahead of its time."""
        now = datetime.now(UTC).isoformat()
        event = {
            "id": uuid.uuid4().hex,
            "source": "aws.events",
            "detail-type": "Scheduled Event",
            "time": now,
            "detail": detail,
        }
        answer = self.deployed.client("lambda").invoke(
            FunctionName=f"labverse-local-{word}-event:live", Payload=json.dumps(event).encode()
        )
        assert "FunctionError" not in answer, answer["Payload"].read()


def fresh() -> dict[str, Any]:
    """A request whose terms nobody has agreed yet."""
    return changed(three_prices(), "goal", f"Reach {uuid.uuid4().hex[:12]}")
