"""What functions/approve talks to: a table, a key, workflows that wait, and people with keys."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from labverse.adapters import aws
from labverse.platform import files
from labverse.platform.keys import mint
from tests.functions.conftest import ENVIRONMENT, Cloud
from tests.functions.watch import Watch
from tests.infra.assembly import Assembly
from tests.infra.grants import Needed, grants, missing_grants
from tests.unit.approve.approvals_table import ApprovalsTable
from tests.unit.platform.fakes import PEPPERS

ANA, BEN, EVE = "T0LOCAL/U0ANA", "T0LOCAL/U0BEN", "T0LOCAL/U0EVE"
DIGEST = "ab" * 32
APPROVERS = [{"id": "T0LOCAL", "users": ["U0ANA", "U0BEN"]}]


class Workflows:
    """Step Functions: each token works once; `status` is every execution's."""

    def __init__(self) -> None:
        self.taken: dict[str, Any] = {}
        self.calls = 0
        self.status = "RUNNING"

    def send_task_success(self, *, taskToken: str, output: str) -> dict[str, Any]:  # noqa: N803
        self.calls += 1
        if taskToken in self.taken:
            raise ClientError({"Error": {"Code": "TaskTimedOut"}}, "SendTaskSuccess")
        self.taken[taskToken] = json.loads(output)
        return {}

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:  # noqa: N803
        assert executionArn.startswith("arn:")
        return {"status": self.status}


class Key:
    """KMS: what is encrypted is readable for whoever gives the same context."""

    def encrypt(self, *, EncryptionContext: Any, Plaintext: bytes, **_: Any) -> Any:  # noqa: N803
        return {"CiphertextBlob": json.dumps([EncryptionContext, Plaintext.hex()]).encode()}

    def decrypt(self, *, EncryptionContext: Any, CiphertextBlob: bytes, **_: Any) -> Any:  # noqa: N803
        context, plain = json.loads(CiphertextBlob)
        if context != EncryptionContext:
            raise ClientError({"Error": {"Code": "InvalidCiphertextException"}}, "Decrypt")
        return {"Plaintext": bytes.fromhex(plain)}


class Functions:
    """Lambda: what was invoked without waiting for it. `down`: nothing can be."""

    def __init__(self) -> None:
        self.invoked: list[Any] = []
        self.down = False

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> Any:  # noqa: N803
        assert (FunctionName, InvocationType) == ("labverse-dev-approve-event:live", "Event")
        if self.down:
            raise ClientError({"Error": {"Code": "ServiceException"}}, "Invoke")
        self.invoked.append(json.loads(Payload))
        return {"StatusCode": 202}


class Tables:
    """DynamoDB: the approvals are here, every other table is the cloud's."""

    def __init__(self, approvals: ApprovalsTable, cloud: Cloud) -> None:
        self._approvals, self._cloud = approvals, cloud

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(**asked: Any) -> Any:
            ours = str(asked.get("TableName", "")).endswith("-approvals")
            return getattr(self._approvals if ours else self._cloud, method)(**asked)

        return call


class Office:
    """Clients by service, and keys by person."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud, self.table = cloud, ApprovalsTable()
        self.workflows, self.functions = Workflows(), Functions()
        self._services: dict[str, Any] = {
            "dynamodb": Tables(self.table, cloud),
            "kms": Key(),
            "lambda": self.functions,
            "stepfunctions": self.workflows,
        }

    def client(self, service: str) -> Any:
        """A client of `service`."""
        return self._services.get(service, self.cloud)

    def key(self, person: str | None = None) -> str:
        """A new key: of a person's who may approve, or of an administrator."""
        scope = "approve" if person else "admin"
        key, record = mint("test", frozenset({scope}), datetime.now(UTC), person)
        self.cloud.records[record.key_id] = record.sealed(PEPPERS)
        return key

    def events(self, kind: str) -> list[Any]:
        """The details of what was announced."""
        put = [event for event in self.cloud.events if event["DetailType"] == kind]
        return [json.loads(event["Detail"]) for event in put]


@contextmanager
def opened(cloud: Cloud, local: Assembly, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An office of a stage in which two people may approve.

    Whatever is called must be granted; answering a token only once a workflow asks people.
    """
    monkeypatch.setenv("DATA_KEY_ARN", "arn:aws:kms:us-east-1:000000000000:key/k")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "approve")
    approving(monkeypatch, APPROVERS)
    office = Office(cloud)
    watch = Watch(office.client, ENVIRONMENT)
    monkeypatch.setattr(aws, "client", watch.client)
    yield office
    asked = grants(local)["approve", "task"].allows(Needed("states:SendTaskSuccess"))
    missing = missing_grants(local, watch.calls)
    found = [line for line in missing if asked or "states:" not in line]
    assert not found, "\n".join(found)


def approving(monkeypatch: pytest.MonkeyPatch, approvers: list[Any]) -> None:
    """Config in which these may approve."""
    read = files.read
    stage = json.dumps({**json.loads(read("stage.json")), "approvers": approvers})
    monkeypatch.setattr(files, "read", lambda name: stage if name == "stage.json" else read(name))


def said(answer: str, digest: str = DIGEST) -> dict[str, str]:
    return {"answer": answer, "terms_digest": digest}
