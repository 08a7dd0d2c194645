"""`make deploy STAGE=dev`: from an account with credentials to an API that answers a key."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from typing import Any

from infra_cdk.deployment import account, first_key, images
from infra_cdk.deployment.cli import cdk
from infra_cdk.deployment.stage import Stage
from infra_cdk.local import progress
from labverse.adapters import doors


def deploy(stage: Stage) -> None:
    """Deploy every stack and show how to use it; running it again changes what changed."""
    account.bootstrap(stage, account.check(stage))
    outputs = stage.deployed / "outputs.json"
    outputs.parent.mkdir(parents=True, exist_ok=True)
    if stage.target == "aws" and images.wanted(stage):
        # Their registry is in the first stack, and must hold them before tasks want to start.
        _cdk_deploy(stage, stage.stacks[0].name, "--exclusively")
        images.ensure(stage)
    _cdk_deploy(stage, "--all", "--outputs-file", outputs)
    for stack in stage.stacks:
        shutil.copy(stack.template, stage.deployed)
    told: dict[str, dict[str, str]] = json.loads(outputs.read_text(encoding="utf-8"))
    facts = {name: value for stack in told.values() for name, value in stack.items()}
    clients = stage.client("dynamodb"), stage.client("secretsmanager")
    keys = doors.registry(stage.name, facts["KeysTable"], *clients)
    _show(stage, facts, first_key.ensure(keys, datetime.now(UTC)))


def _cdk_deploy(stage: Stage, *which: object) -> None:
    approval = "never" if stage.yes else "broadening"
    options = ["--app", stage.assembly, "--require-approval", approval, *stage.parameters()]
    step = "read the error above; what was deployed before still runs"
    cdk(stage, "deploy", *which, *options, step=step)


def _show(stage: Stage, facts: dict[str, Any], key: str | None) -> None:
    url = address(stage, facts)
    name, shown = stage.name, key or "…"
    lines = {
        "api": url,
        "key": key or f"there is one already: kimi keys list --stage {name}",
        "try": f"curl -s {url}/health",
        "then": f"export AWS_REGION={stage.region} LABVERSE_API_URL={url} LABVERSE_API_KEY={shown}",
        "": f"kimi providers set-key openai --stage {name} < key.txt",
        "next": f"make diff STAGE={name} · make destroy STAGE={name} · docs/aws.md",
    }
    progress.line()
    for label, text in lines.items():
        progress.line(f"  {label:<9} {text}")
    if key:
        progress.line("\n  The key is shown once and kept nowhere: store it now.")


def address(stage: Stage, facts: dict[str, Any]) -> str:
    """Where the API answers; the emulator answers for it where no name is to be resolved."""
    if stage.target == "local":
        return f"{os.environ['AWS_ENDPOINT_URL']}/_aws/execute-api/{facts['ApiId']}"
    return str(facts.get("Url") or facts["ApiUrl"])
