"""`make check` and `make test`: each step with its name and seconds; the first failure ends it."""

from __future__ import annotations

import os
import subprocess
import sys

from infra_cdk.local import progress
from infra_cdk.local.environments import ensure
from infra_cdk.local.paths import ROOT, TOOLS, with_tools
from infra_cdk.local.problems import Problem
from infra_cdk.local.weights import weights

CHECKS = {
    "format": ("ruff format --check .", "run: .build/env/tools/bin/ruff format ."),
    "lint": (
        "ruff check .",
        "fix what it names; .build/env/tools/bin/ruff check --fix . does some",
    ),
    "types": ("mypy", "fix what it names"),
    "imports": ("lint-imports", "imports point inward: see [tool.importlinter] in pyproject.toml"),
    "models": ("python -m infra_cdk.lifetimes", "every alias needs a live model"),
    "generated": ("python -m infra_cdk.generate --check", "run: make generate"),
}
TESTS = "python -m pytest --durations=10"


def check() -> None:
    """Run every check. Raises Problem at the first that fails."""
    ensure("dev")
    for name, (command, step) in CHECKS.items():
        _step(name, command, step)


def test() -> None:
    """Have every environment, then run the checks and all tests. Raises Problem."""
    for name in ("dev", "emulator", "runtime", "model", "scan", "sam"):
        ensure(name)
    weights()
    check()
    _step("tests", TESTS, "the failures are above; pytest's own --last-failed repeats them")


def _step(name: str, command: str, step: str) -> None:
    watch = progress.Stopwatch()
    program, *arguments = command.split()
    argv = [str(TOOLS / "bin" / program), *arguments]
    environ = with_tools(dict(os.environ))
    done = subprocess.run(argv, cwd=ROOT, env=environ, check=False)
    if done.returncode:
        raise Problem(f"{name} failed after {watch}: {command}", step)
    progress.say(name, f"passed in {watch} ({command})")


if __name__ == "__main__":
    try:
        {"check": check, "test": test}[sys.argv[1]]()
    except Problem as problem:
        sys.exit(f"\nerror: {problem}")
    except KeyboardInterrupt:
        sys.exit(130)
