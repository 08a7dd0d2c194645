"""One deployment that a command is about: a stage, a target, and the assembly of both."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from infra_cdk.deployment import assembly
from infra_cdk.deployment.assembly import TARGET, Stack
from infra_cdk.local import progress
from infra_cdk.local.paths import BUILD, with_tools
from infra_cdk.local.problems import Problem

STAGES = ("dev", "prod")
TARGETS = ("aws", "local")


@dataclass(frozen=True)
class Stage:
    """Stage `name` on target `aws`, or `local` for an emulator that AWS_ENDPOINT_URL names."""

    name: str
    target: str

    @cached_property
    def assembly(self) -> Path:
        """The folder of its assembly, synthesized if need be. Raises Problem."""
        sources = assembly.digest()
        watch = progress.Stopwatch()
        new = assembly.synthesize(self.name, self.target, sources)
        found = assembly.folder(self.name, self.target, sources)
        progress.say("synth", f"done in {watch}" if new else "nothing changed since the last one")
        return found

    @cached_property
    def stacks(self) -> list[Stack]:
        """Its stacks in the order of deployment."""
        return assembly.stacks(self.assembly)

    @property
    def region(self) -> str:
        """Where its API and its data are, as config says."""
        return self.stacks[0].region

    @property
    def deployed(self) -> Path:
        """Where the templates lie that this clone deployed last."""
        return BUILD / "deployed" / f"{self.name}-{self.target}"

    @property
    def yes(self) -> bool:
        """Whether YES=1 answers every question."""
        return os.environ.get("YES") == "1"

    def parameters(self) -> list[str]:
        """`--parameters STACK:NAME=…` for those stacks that ask which target this is."""
        asking = [stack for stack in self.stacks if TARGET in stack.read().get("Parameters", {})]
        given = [("--parameters", f"{stack.name}:{TARGET}={self.target}") for stack in asking]
        return [part for pair in given for part in pair]

    def environ(self) -> dict[str, str]:
        """This environment as the CDK CLI needs it: the caller's credentials, no questions."""
        quiet = {
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
            "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
            "AWS_REGION": self.region,
        }
        return {**with_tools(dict(os.environ)), **quiet}

    def client(self, service: str, region: str | None = None) -> Any:
        """A boto3 client of that region, or the stage's own, with the caller's credentials."""
        import boto3  # only the tools environment has it, and this module is read before that

        make: Any = boto3.client  # its overloads know each service by a literal name
        return make(service, region_name=region or self.region)


def named(name: str) -> Stage:
    """The stage that STAGE names, on the target that LABVERSE_TARGET names. Raises Problem."""
    if name not in STAGES:
        what = f"STAGE is {name!r}" if name else "no stage is named"
        raise Problem(what, f"say which: STAGE={' or STAGE='.join(STAGES)}")
    target = os.environ.get("LABVERSE_TARGET") or "aws"
    if target not in TARGETS:
        raise Problem(f"LABVERSE_TARGET is {target!r}", f"use {' or '.join(TARGETS)}, or unset it")
    if target == "local" and not os.environ.get("AWS_ENDPOINT_URL"):
        what = "LABVERSE_TARGET=local without AWS_ENDPOINT_URL"
        raise Problem(what, 'run: make up, then: eval "$(make --silent env)"')
    return Stage(name, target)
