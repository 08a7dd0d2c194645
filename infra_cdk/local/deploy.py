"""Synthesize the app, bootstrap the local cloud, deploy the stacks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infra_cdk.deployment import assembly
from infra_cdk.local import progress, providers, real_keys
from infra_cdk.local.cloud import client_environ
from infra_cdk.local.commands import Command, run
from infra_cdk.local.environments import ensure
from infra_cdk.local.instance import ACCOUNT, REGION, SERVICE, Instance
from infra_cdk.local.language import Model
from infra_cdk.local.paths import with_tools
from infra_cdk.local.problems import Problem, Refused


def synth(sources: str) -> Path:
    """The cloud assembly of these sources; another local cloud may have made it. Raises Problem."""
    watch = progress.Stopwatch()
    progress.say("synth", "building the layers and templates")
    new = assembly.synthesize("local", "local", sources)
    progress.say("synth", f"done in {watch}" if new else "nothing changed since the last one")
    return assembly.folder("local", "local", sources)


def bootstrap(instance: Instance) -> None:
    """Give the local cloud what the CDK expects of an account: a bucket and roles."""
    watch = progress.Stopwatch()
    argv = [assembly.cdk(), "bootstrap", f"aws://{ACCOUNT}/{REGION}"]
    log = instance.log("bootstrap")
    _onto_cloud(Command("cdk bootstrap", argv, log, _step(instance), _environ(instance)))
    progress.say("bootstrap", f"done in {watch}")


def deploy(instance: Instance, model: Model, folder: Path) -> dict[str, Any]:
    """Deploy every stack from the assembly; the service stack's outputs. Raises Refused."""
    watch = progress.Stopwatch()
    names = ", ".join(stack.name for stack in assembly.stacks(folder))
    progress.say("deploy", f"{names} onto the local cloud")
    outputs = instance.folder / "outputs.json"
    outputs.unlink(missing_ok=True)
    parameters = _parameters(instance, model, folder)
    options = ["--all", "--require-approval", "never", "--outputs-file", outputs]
    argv = [assembly.cdk(), "deploy", "--app", folder, *options, *parameters]
    log = instance.log("deploy")
    _onto_cloud(Command("cdk deploy", argv, log, _step(instance), _environ(instance)))
    progress.say("deploy", f"done in {watch}")
    deployed: dict[str, Any] = json.loads(outputs.read_text())
    return dict(deployed[SERVICE])


def _parameters(instance: Instance, model: Model, folder: Path) -> list[str]:
    """Where this cloud's servers are, for those stacks that ask: `--parameters STACK:NAME=…`."""
    values = {
        assembly.TARGET: "local",
        "LocalModelUrl": model.url,
        "LocalModelName": model.name,
        "ProviderBaseUrl": "none" if real_keys.keys() else providers.SERVER.address(instance.port),
    }
    given: list[str] = []
    for stack in assembly.stacks(folder):
        asked = stack.read().get("Parameters", {})
        for name in sorted(values.keys() & asked.keys()):
            given += ["--parameters", f"{stack.name}:{name}={values[name]}"]
    return given


def _onto_cloud(command: Command) -> None:
    try:
        run(command)
    except Problem as problem:
        raise Refused(problem.what, problem.next_step) from problem


def _environ(instance: Instance) -> dict[str, str]:
    ensure("tools")
    return {**with_tools(client_environ(instance)), "PYTHONHASHSEED": "0"}


def _step(instance: Instance) -> str:
    return (
        f"read that log and {instance.log('emulator')}; "
        "`make clean` followed by `make up` starts from nothing"
    )
