"""Synthesize the app, bootstrap the local cloud, deploy the stacks, and skip what is current."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra_cdk.local import progress, providers, real_keys
from infra_cdk.local.cloud import client_environ
from infra_cdk.local.commands import Command, run
from infra_cdk.local.environments import ensure
from infra_cdk.local.instance import ACCOUNT, DATA, FALLBACK, REGION, SERVICE, Instance
from infra_cdk.local.language import Model
from infra_cdk.local.paths import ROOT, with_tools
from infra_cdk.local.problems import Problem, Refused

# What the deployed app is made of: a change below any of these means another synth.
SOURCES = ("functions", "layers", "infra_cdk", "config", "statemachines", "events", "cdk.json")
# As infra_cdk/constructs/gate.py calls it; the CDK is not installed where this runs.
TARGET = "Target"
IGNORED = {"node_modules", "__pycache__", "cdk.out"}


def digest() -> str:
    """SHA-256 over the app's sources (names, contents) and the Python that its layers are for."""
    total = hashlib.sha256(sys.version.encode())
    for path in _files():
        total.update(f"{path.relative_to(ROOT)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def synth(instance: Instance, port: int, sources: str) -> None:
    """Write the cloud assembly, unless it is already that of `sources`. Raises Problem."""
    if instance.record().get("synthesized") == sources and instance.assembly.exists():
        return
    instance.remember(synthesized=None)
    watch = progress.Stopwatch()
    progress.say("synth", "building the layers and templates")
    context = ["-c", "target=local", "-c", "stage=local"]
    shutil.rmtree(instance.assembly, ignore_errors=True)
    argv = [_cdk(), "synth", "-q", *context, "-o", instance.assembly]
    step = "read the error above; it is in infra_cdk/, config/ or a layer's requirements"
    run(Command("cdk synth", argv, instance.log("synth"), step, _environ(port)))
    instance.remember(synthesized=sources)
    progress.say("synth", f"done in {watch}")


def bootstrap(instance: Instance, port: int) -> None:
    """Give the local cloud what the CDK expects of an account: a bucket and roles."""
    watch = progress.Stopwatch()
    argv = [_cdk(), "bootstrap", f"aws://{ACCOUNT}/{REGION}"]
    log = instance.log("bootstrap")
    _onto_cloud(Command("cdk bootstrap", argv, log, _step(instance), _environ(port)))
    progress.say("bootstrap", f"done in {watch}")


def deploy(instance: Instance, port: int, model: Model) -> dict[str, Any]:
    """Deploy all stacks from the assembly; the service stack's outputs. Raises Refused."""
    watch = progress.Stopwatch()
    progress.say("deploy", f"{DATA}, {FALLBACK} and {SERVICE} onto the local cloud")
    outputs = instance.folder / "outputs.json"
    outputs.unlink(missing_ok=True)
    parameters = _parameters(instance, port, model)
    options = ["--all", "--require-approval", "never", "--outputs-file", outputs]
    argv = [_cdk(), "deploy", "--app", instance.assembly, *options, *parameters]
    log = instance.log("deploy")
    _onto_cloud(Command("cdk deploy", argv, log, _step(instance), _environ(port)))
    progress.say("deploy", f"done in {watch}")
    deployed: dict[str, Any] = json.loads(outputs.read_text())
    return dict(deployed[SERVICE])


def _parameters(instance: Instance, port: int, model: Model) -> list[str]:
    """Where this cloud's servers are, for those stacks that ask: `--parameters STACK:NAME=…`."""
    values = {
        TARGET: "local",
        "LocalModelUrl": model.url,
        "LocalModelName": model.name,
        "ProviderBaseUrl": "none" if real_keys.keys() else providers.address(port),
    }
    given: list[str] = []
    for path in sorted(instance.assembly.glob("*.template.json")):
        stack = path.name.removesuffix(".template.json")
        asked = json.loads(path.read_text()).get("Parameters", {})
        for name in sorted(values.keys() & asked.keys()):
            given += ["--parameters", f"{stack}:{name}={values[name]}"]
    return given


def _onto_cloud(command: Command) -> None:
    try:
        run(command)
    except Problem as problem:
        raise Refused(problem.what, problem.next_step) from problem


def _cdk() -> Path:
    return ROOT / "infra_cdk" / "node_modules" / ".bin" / "cdk"


def _environ(port: int) -> dict[str, str]:
    ensure("tools")
    return {**with_tools(client_environ(port)), "PYTHONHASHSEED": "0"}


def _step(instance: Instance) -> str:
    return (
        f"read that log and {instance.log('emulator')}; "
        "`make clean` followed by `make up` starts from nothing"
    )


def _files() -> Iterator[Path]:
    for name in SOURCES:
        top = ROOT / name
        found = sorted(top.rglob("*")) if top.is_dir() else [top]
        for path in found:
            ours = path.is_relative_to(Path(__file__).parent)  # these commands are not deployed
            if path.is_file() and not ours and IGNORED.isdisjoint(path.relative_to(ROOT).parts):
                yield path
