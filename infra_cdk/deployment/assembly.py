"""Cloud assemblies: what `cdk synth` makes of one stage for one target, once per version of it.

Synthesized without credentials, so an assembly belongs to no account and any deployment may share
it. Standard library only, because `make up` begins before any environment exists.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra_cdk.deployment.denials import explained
from infra_cdk.local.commands import Command, run
from infra_cdk.local.environments import ensure
from infra_cdk.local.locks import locked
from infra_cdk.local.paths import BUILD, ROOT, with_tools
from infra_cdk.local.problems import Problem

# What an assembly is made of: a change below any of these means another synth.
SOURCES = (
    "functions",
    "layers",
    "infra_cdk",
    "config",
    "statemachines",
    "events",
    "cdk.json",
    "requirements/tools.txt",
)
IGNORED = {"node_modules", "__pycache__", "cdk.out"}
# The commands themselves are not deployed.
_COMMANDS = (ROOT / "infra_cdk" / "local", ROOT / "infra_cdk" / "deployment")
# As infra_cdk/constructs/gate.py calls it; the CDK is not installed where this begins.
TARGET = "Target"
# Older ones stay for whoever still deploys from them.
KEPT = 2


@dataclass(frozen=True)
class Stack:
    """One stack of an assembly. A protected one refuses to be deleted."""

    name: str
    region: str
    template: Path
    protected: bool

    def read(self) -> dict[str, Any]:
        """Its CloudFormation template."""
        template: dict[str, Any] = json.loads(self.template.read_text(encoding="utf-8"))
        return template


def digest() -> str:
    """SHA-256 over the app's sources (names, contents) and the Python that its layers are for."""
    total = hashlib.sha256(sys.version.encode())
    for path in _files():
        total.update(f"{path.relative_to(ROOT)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def folder(stage: str, target: str, sources: str) -> Path:
    """Where the assembly of these sources lies, or will."""
    return _home(stage, target) / sources[:16]


def synthesize(stage: str, target: str, sources: str) -> bool:
    """Have the assembly; False when it was there already. Raises Problem."""
    done = folder(stage, target, sources)
    with locked(_home(stage, target) / "synth.lock", f"the assembly of {stage}"):
        if (done / "manifest.json").exists():
            return False
        ensure("tools")
        making = done.with_suffix(".part")
        shutil.rmtree(making, ignore_errors=True)
        context = ["-c", f"stage={stage}", "-c", f"target={target}"]
        argv = [cdk(), "synth", "-q", "--no-notices", *context, "-o", making]
        step = "read the error above; it is in infra_cdk/, config/ or a layer's requirements"
        said = log(stage, "synth")
        try:
            run(Command("cdk synth", argv, said, step, _without_account()))
        except Problem as failure:
            raise explained(failure, said) from failure
        making.rename(done)
        _forget_older(done)
    return True


def stacks(assembly: Path) -> list[Stack]:
    """Its stacks, each behind those that it needs: the order of deployment."""
    manifest = json.loads((assembly / "manifest.json").read_text(encoding="utf-8"))
    artifacts: dict[str, Any] = manifest["artifacts"]
    found: list[str] = []

    def visit(name: str) -> None:
        for needed in artifacts[name].get("dependencies", []):
            visit(needed)
        if artifacts[name]["type"] == "aws:cloudformation:stack" and name not in found:
            found.append(name)

    for name in artifacts:
        visit(name)
    return [_stack(assembly, name, artifacts[name]) for name in found]


def cdk() -> Path:
    """The pinned CDK CLI, which the environment `tools` brings."""
    return ROOT / "infra_cdk" / "node_modules" / ".bin" / "cdk"


def log(stage: str, name: str) -> Path:
    """The log of one command about a stage."""
    return BUILD / "logs" / f"{stage}-{name}.log"


def _stack(assembly: Path, name: str, artifact: dict[str, Any]) -> Stack:
    known = artifact["properties"]
    region = artifact["environment"].rpartition("/")[2]
    protected = bool(known.get("terminationProtection"))
    return Stack(name, region, assembly / known["templateFile"], protected)


def _home(stage: str, target: str) -> Path:
    return BUILD / "assembly" / f"{stage}-{target}"


def _without_account() -> dict[str, str]:
    """No credentials, not even a place to look for some: a template must not depend on whose."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **with_tools(kept),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CI": "true",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
        "PYTHONHASHSEED": "0",
    }


def _forget_older(newest: Path) -> None:
    there = [path for path in newest.parent.iterdir() if path.is_dir() and path != newest]
    there.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in there[KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)


def _files() -> Iterator[Path]:
    for name in SOURCES:
        top = ROOT / name
        found = sorted(top.rglob("*")) if top.is_dir() else [top]
        for path in found:
            ours = any(path.is_relative_to(commands) for commands in _COMMANDS)
            if path.is_file() and not ours and IGNORED.isdisjoint(path.relative_to(ROOT).parts):
                yield path
