"""Which deployment the commands speak to: the clone's local cloud, or a stage on AWS."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from labverse.cli.failures import UNREACHABLE, USAGE, Failure

LOCAL = "local"
_STAGE = re.compile(r"[a-z][a-z0-9-]{0,30}")
_CONFIG = Config(
    connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3}
)


@dataclass(frozen=True)
class Target:
    """One deployment. `facts` is what `make up` wrote; empty for AWS, where names are in SSM."""

    stage: str
    facts: Mapping[str, Any] = field(repr=False)

    @property
    def api_url(self) -> str:
        """The base address of the HTTP API: LABVERSE_API_URL, the facts, or SSM's `api-url`."""
        url = os.environ.get("LABVERSE_API_URL") or self.facts.get("api_url")
        return str(url or self.published("api-url")).rstrip("/")

    @property
    def api_key(self) -> str:
        """LABVERSE_API_KEY, else the key of the local cloud. Raises Failure without one."""
        key = os.environ.get("LABVERSE_API_KEY") or self.facts.get("api_key")
        if not key:
            step = f"kimi keys create --name NAME --scopes route --stage {self.stage}"
            raise Failure("set LABVERSE_API_KEY", f"make a key with: {step}", code=USAGE)
        return str(key)

    def as_person(self) -> Target:
        """The same with the key of somebody who approves: LABVERSE_API_KEY, else the one that
        `make up` left. Raises Failure without one.
        """
        key = os.environ.get("LABVERSE_API_KEY") or self.facts.get("person_key")
        if not key:
            what = "set LABVERSE_API_KEY to a key of yours: who approves must be somebody"
            step = "kimi keys create --name NAME --person TEAM/USER --scopes approve"
            raise Failure(what, f"make one with: {step} --stage {self.stage}", code=USAGE)
        return replace(self, facts={**self.facts, "api_key": key})

    @property
    def help(self) -> str:
        """What to do when it cannot be reached."""
        if self.stage == LOCAL and not os.environ.get("LABVERSE_API_URL"):
            return "run: make up"
        return "check the network, LABVERSE_API_URL, and that this stage is deployed"

    def client(self, service: str) -> Any:
        """An AWS client of this deployment: the emulator's, or by the caller's credentials."""
        local: Any = self._emulator() if self.stage == LOCAL else {}
        with self.asking_aws(f"an AWS client of {service}"):
            session = botocore.session.get_session()
            return session.create_client(service, config=_CONFIG, **local)

    def published(self, name: str) -> str:
        """What the stacks say of themselves in SSM (`keys-table`). Raises Failure."""
        path = f"/labverse/{self.stage}/{name}"
        with self.asking_aws(f"reading the SSM parameter {path}"):
            answer = self.client("ssm").get_parameter(Name=path)
        return str(answer["Parameter"]["Value"])

    @property
    def ca_bundle(self) -> str | None:
        """The authority behind the local cloud's certificate; None where the usual ones do."""
        bundle = self.facts.get("ca_bundle")
        return str(bundle) if bundle else None

    def _emulator(self) -> dict[str, Any]:
        if not self.facts:
            raise _nowhere()
        return {
            "endpoint_url": self.facts["aws_endpoint_url"],
            "region_name": self.facts["region"],
            "aws_access_key_id": self.facts["aws_access_key_id"],
            "aws_secret_access_key": self.facts["aws_secret_access_key"],
            "verify": self.ca_bundle,
        }

    @contextmanager
    def asking_aws(self, what: str) -> Iterator[None]:
        """Turn what AWS clients raise into a Failure that says what to do."""
        try:
            yield
        except EndpointConnectionError as error:
            raise Failure(f"{what}: {error}", self.help, code=UNREACHABLE) from error
        except ClientError as error:
            step = f"is stage {self.stage!r} deployed there, and may these credentials do this?"
            raise Failure(f"{what}: {error}", step) from error
        except BotoCoreError as error:
            step = "set AWS_REGION and credentials as for the AWS CLI (aws sts get-caller-identity)"
            raise Failure(f"{what}: {error}", step, code=UNREACHABLE) from error


def find(stage: str) -> Target:
    """The deployment of `stage`; for `local`, the facts from here upwards. Raises Failure."""
    if not _STAGE.fullmatch(stage):
        raise Failure(f"--stage {stage!r}: small letters, digits and hyphens", code=USAGE)
    return Target(stage, _facts() if stage == LOCAL else {})


def _file() -> Path:
    return Path(".build") / f"{os.environ.get('LABVERSE_INSTANCE') or LOCAL}.json"


def _facts() -> dict[str, Any]:
    """The facts of the clone around this folder; empty if the API is named instead."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / _file()).is_file():
            return _read(folder / _file())
    if os.environ.get("LABVERSE_API_URL"):
        return {}
    raise _nowhere()


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        steps = ("run: make clean, then make up",)
        raise Failure(f"{path} is not JSON ({error})", *steps, code=UNREACHABLE) from error


def _nowhere() -> Failure:
    what = f"there is no local cloud: no {_file()} in {Path.cwd()} or above"
    steps = ("run: make up, and call kimi in that clone", "or name a stage on AWS: --stage dev")
    return Failure(what, *steps, code=UNREACHABLE)
