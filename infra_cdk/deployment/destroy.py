"""`make destroy STAGE=dev`: delete the stacks, the replaceable ones first; protected data stays."""

from __future__ import annotations

from infra_cdk.deployment import account
from infra_cdk.deployment.assembly import Stack
from infra_cdk.deployment.cli import cdk
from infra_cdk.deployment.stage import Stage
from infra_cdk.local import progress
from infra_cdk.local.problems import Problem


def destroy(stage: Stage) -> None:
    """Delete every stack that may be deleted, after the stage's name was typed. Raises Problem."""
    number = account.check(stage)
    going = [stack for stack in reversed(stage.stacks) if not stack.protected]
    for stack in stage.stacks:
        _tell(stack)
    confirm(stage, number)
    for stack in going:
        argv = [stack.name, "--exclusively", "--force"]
        step = f"read the error above; then run: make destroy STAGE={stage.name}"
        cdk(stage, "destroy", "--app", stage.assembly, *argv, step=step)
    progress.say("destroy", f"deleted {', '.join(stack.name for stack in going)}")


def retained(stack: Stack) -> list[str]:
    """What outlives the stack: everything of a protected one, else what its template retains."""
    resources = stack.read().get("Resources", {})
    return sorted(
        f"{body['Type']} {name}"
        for name, body in resources.items()
        if stack.protected or body.get("DeletionPolicy", "Delete") != "Delete"
    )


def _tell(stack: Stack) -> None:
    kept = retained(stack)
    if stack.protected:
        progress.line(f"{stack.name} stays: it is protected and holds this stage's data")
    elif kept:
        progress.line(f"{stack.name} goes, but for {', '.join(kept)}")
    else:
        progress.line(f"{stack.name} goes, with all that it holds")


def confirm(stage: Stage, number: str) -> None:
    """Return once the stage's name was typed, or YES=1 was said before. Raises Problem."""
    if stage.yes:
        return
    try:
        typed = input(f"Type {stage.name} to delete these stacks of account {number}: ")
    except EOFError:
        typed = ""
    if typed.strip() != stage.name:
        raise Problem("nothing was deleted", f"type {stage.name}, or say YES=1")
