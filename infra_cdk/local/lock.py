"""`make lock`: write every lock file anew from what we ask for, with the registries' own hashes.

Versions stay as they are unless the request excludes them; `make lock UPGRADE=1` takes the newest.
Lock files name no address, so that any mirror serves.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from infra_cdk.local import progress
from infra_cdk.local.commands import Command, run
from infra_cdk.local.environments import GATEWAY, HELP, LOCKS, NPM, ensure, uv_program
from infra_cdk.local.paths import BUILD, ROOT, TOOLS, with_tools
from infra_cdk.local.problems import Problem

_NAMES = ("tools", "dev", "emulator", "runtime", "model", "weights", "scan", "sam", "bench")
_LAYERS = ("deps", "tracing", "solver", "forecast")
# In this order: later ones are constrained by earlier ones.
REQUESTS = (
    *(ROOT / "layers" / name / "requirements.in" for name in _LAYERS),
    *(LOCKS / f"{name}.in" for name in _NAMES),
)
# The SDK asks for botocore, which Lambda has: 31 MB less.
WITHOUT_THEIR_NEEDS = ("tracing",)
OPTIONS = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url")


def main() -> None:
    """Lock the Python requests, then the npm ones. Raises Problem when one cannot be resolved."""
    ensure("tools")
    upgrade = ["--upgrade"] if os.environ.get("UPGRADE") else []
    for request in REQUESTS:
        _python(request, upgrade)
    for folder in (NPM, GATEWAY):
        _npm(folder)


def _python(request: Path, upgrade: list[str]) -> None:
    lock = request.with_suffix(".txt").relative_to(ROOT)
    argv: list[object] = [uv_program(), "pip", "compile", "--quiet", *OPTIONS, *upgrade]
    argv += ["--no-deps"] if request.parent.name in WITHOUT_THEIR_NEEDS else []
    argv += ["--custom-compile-command", "make lock", request.relative_to(ROOT), "-o", lock]
    run(Command(f"locking {lock}", argv, BUILD / "logs" / "lock.log", HELP))
    progress.say("lock", str(lock))


def _npm(folder: Path) -> None:
    log = BUILD / "logs" / "lock-npm.log"
    options = ["--package-lock-only", "--omit-lockfile-registry-resolved=true", "--ignore-scripts"]
    argv = [TOOLS / "bin" / "npm", "install", "--prefix", folder, *options, "--no-audit"]
    run(Command("npm install", [*argv, "--no-fund"], log, HELP, with_tools(dict(os.environ))))
    progress.say("lock", str((folder / "package-lock.json").relative_to(ROOT)))


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        sys.exit(f"error: {problem}")
