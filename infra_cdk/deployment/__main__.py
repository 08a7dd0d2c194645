"""`python -m infra_cdk.deployment synth|diff|bootstrap|deploy|destroy STAGE`, for the Makefile."""

from __future__ import annotations

import importlib
import os
import sys

from infra_cdk.deployment.stage import Stage, named
from infra_cdk.local import progress
from infra_cdk.local.environments import ensure
from infra_cdk.local.paths import ROOT, TOOLS, python_of
from infra_cdk.local.problems import Problem

COMMANDS = ("synth", "diff", "bootstrap", "deploy", "destroy")


def main(argv: list[str]) -> int:
    """Run one command; 0 when it did what it says, 1 with a message when not, 2 for usage."""
    if not argv or argv[0] not in COMMANDS or len(argv) > 2:
        sys.stderr.write(f"usage: python -m infra_cdk.deployment {'|'.join(COMMANDS)} STAGE\n")
        return 2
    command, stage = argv[0], argv[1] if len(argv) == 2 else ""
    try:
        found = named(stage)
        _in_tools(command, stage)
        _run(command, found)
    except Problem as problem:
        sys.stderr.write(f"\nerror: {problem}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nstopped; CloudFormation goes on by itself: run the command again\n")
        return 130
    return 0


def _in_tools(command: str, stage: str) -> None:
    """These commands use AWS clients: they go on in the environment that has them."""
    ensure("tools")
    if sys.prefix != str(TOOLS):
        python = python_of(TOOLS)
        argv = [str(python), "-m", "infra_cdk.deployment", command, stage]
        sys.stdout.flush()
        os.execv(python, argv)


def _run(command: str, stage: Stage) -> None:
    if command == "synth":
        for stack in stage.stacks:
            progress.line(f"  {stack.name:<24} {stack.template.relative_to(ROOT)}")
        return
    # By name, as only the tools environment has what they import.
    module = importlib.import_module(f"infra_cdk.deployment.{command}")
    getattr(module, command)(stage)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
