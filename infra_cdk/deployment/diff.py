"""`make diff STAGE=dev`: what a deployment would change; without an account, since the last one."""

from __future__ import annotations

import json

from botocore.exceptions import BotoCoreError, ClientError

from infra_cdk.deployment.cli import cdk
from infra_cdk.deployment.stage import Stage
from infra_cdk.local import progress

_STEP = "read the error above"


def diff(stage: Stage) -> None:
    """Show the changes of every stack; never changes anything. Raises Problem."""
    why = _unknown(stage)
    if why is None:
        cdk(stage, "diff", "--app", stage.assembly, "--method", "template", step=_STEP)
        return
    progress.say("diff", f"without an account ({why}):")
    nothing = stage.deployed / "nothing.json"
    nothing.parent.mkdir(parents=True, exist_ok=True)
    nothing.write_text(json.dumps({"Resources": {}}), encoding="utf-8")
    for stack in stage.stacks:
        last = stage.deployed / stack.template.name
        against = last if last.exists() else nothing
        what = "with what this clone deployed last" if last.exists() else "with nothing: all is new"
        progress.say("diff", f"{stack.name} compared {what}")
        argv = [stack.name, "--exclusively", "--template", against]
        cdk(stage, "diff", "--app", stage.assembly, *argv, step=_STEP)


def _unknown(stage: Stage) -> str | None:
    """Why there is no account to compare with; None when there is one."""
    try:
        stage.client("sts").get_caller_identity()
    except (ClientError, BotoCoreError) as error:
        return str(error)
    return None
