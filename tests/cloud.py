"""The app deployed onto a local cloud of the tests' own, once per session."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

ROOT = Path(__file__).parents[1]
INSTANCE = "test"


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

    def client(self, service: str) -> Any:
        """A boto3 client of the local cloud."""
        make: Any = boto3.client  # its overloads know each service by a literal name
        return make(
            service,
            endpoint_url=self.facts["aws_endpoint_url"],
            region_name=self.facts["region"],
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )


def environment() -> dict[str, str]:
    """This environment, on the tests' own local cloud."""
    return {**os.environ, "LABVERSE_INSTANCE": INSTANCE}


def run(command: str) -> None:
    """`python -m infra_cdk.local <command>` on the tests' own local cloud."""
    subprocess.run(
        [sys.executable, "-m", "infra_cdk.local", command], cwd=ROOT, env=environment(), check=True
    )


@pytest.fixture(scope="session")
def deployed() -> Iterator[Deployed]:
    """A fresh deployment; it is stopped and forgotten after the last test."""
    run("clean")
    run("up")
    facts = json.loads((ROOT / ".build" / f"{INSTANCE}.json").read_text(encoding="utf-8"))
    with httpx.Client(base_url=facts["api_url"], timeout=30, trust_env=False) as http:
        yield Deployed(facts, http)
    run("clean")
