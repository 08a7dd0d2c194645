"""The app deployed onto a local cloud of the tests' own, once per session."""

import json
import os
import ssl
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

ROOT = Path(__file__).parents[1]
INSTANCE = "test"
# A second local cloud, which checks every signature and every policy.
ENFORCED = "auth"


@dataclass(frozen=True)
class Deployed:
    """Where the deployed app is, and clients that reach it."""

    facts: dict[str, Any]
    http: httpx.Client

    @property
    def key(self) -> dict[str, str]:
        """The header of a key that may do everything."""
        return {"x-api-key": self.facts["api_key"]}

    def ask(self, text: str, **more: Any) -> httpx.Response:
        """POST /api/v1/analyze."""
        return self.http.post("/api/v1/analyze", json={"text": text, **more}, headers=self.key)

    def as_user(self, access_key: dict[str, str]) -> "Deployed":
        """The same, with clients that sign with this access key (as IAM returns one)."""
        signing = {
            "aws_access_key_id": access_key["AccessKeyId"],
            "aws_secret_access_key": access_key["SecretAccessKey"],
        }
        return replace(self, facts={**self.facts, **signing})

    def client(self, service: str) -> Any:
        """A boto3 client of the local cloud."""
        make: Any = boto3.client  # its overloads know each service by a literal name
        return make(
            service,
            endpoint_url=self.facts["aws_endpoint_url"],
            region_name=self.facts["region"],
            aws_access_key_id=self.facts["aws_access_key_id"],
            aws_secret_access_key=self.facts["aws_secret_access_key"],
            verify=self.facts["ca_bundle"],
        )

    @contextmanager
    def table_like(self, table: str) -> Iterator[str]:
        """The name of an empty table with the keys of that one, for as long as this lasts."""
        client, name = self.client("dynamodb"), f"{table}-{uuid.uuid4().hex[:8]}"
        like = client.describe_table(TableName=table)["Table"]
        client.create_table(
            TableName=name,
            KeySchema=like["KeySchema"],
            AttributeDefinitions=like["AttributeDefinitions"],
            BillingMode="PAY_PER_REQUEST",
        )
        yield name
        client.delete_table(TableName=name)


def environment(instance: str = INSTANCE) -> dict[str, str]:
    """This environment, on a local cloud of the tests' own."""
    enforced = {"LABVERSE_AUTH": "true"} if instance == ENFORCED else {}
    return {**os.environ, "LABVERSE_INSTANCE": instance, **enforced}


def run(command: str, instance: str = INSTANCE) -> str:
    """`python -m infra_cdk.local <command>` on a local cloud of the tests' own; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "infra_cdk.local", command],
        cwd=ROOT,
        env=environment(instance),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command} on {instance!r}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def deployed() -> Iterator[Deployed]:
    """A fresh deployment; it is stopped and forgotten after the last test."""
    yield from _deployed(INSTANCE)


@pytest.fixture(scope="session")
def enforced() -> Iterator[Deployed]:
    """The same on a local cloud that enforces IAM, over TLS."""
    yield from _deployed(ENFORCED)


def _deployed(instance: str) -> Iterator[Deployed]:
    run("clean", instance)
    try:
        run("up", instance)
        facts = json.loads((ROOT / ".build" / f"{instance}.json").read_text(encoding="utf-8"))
        ca = facts["ca_bundle"]
        trust = ssl.create_default_context(cafile=ca) if ca else True
        url = facts["api_url"]
        with httpx.Client(base_url=url, timeout=30, trust_env=False, verify=trust) as http:
            yield Deployed(facts, http)
    finally:  # also when Ctrl-C ends a deployment half-way
        run("clean", instance)
