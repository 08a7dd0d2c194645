"""Run the CDK CLI in the caller's own terminal: it asks there, and shows its progress there."""

from __future__ import annotations

import subprocess

from infra_cdk.deployment import assembly
from infra_cdk.deployment.stage import Stage
from infra_cdk.local.paths import ROOT
from infra_cdk.local.problems import Problem


def cdk(stage: Stage, command: str, *arguments: object, step: str) -> None:
    """`cdk COMMAND ARGUMENTS…`. Raises Problem, with `step` as what to do, when it fails."""
    argv = [str(part) for part in (assembly.cdk(), command, "--no-notices", *arguments)]
    done = subprocess.run(argv, cwd=ROOT, env=stage.environ(), check=False)
    if done.returncode:
        raise Problem(f"cdk {command} failed with exit code {done.returncode}, see above", step)
