"""Make the environments under .build/env from the hash-pinned locks, by digest.

Runs on the user's own Python with the standard library only:
`python3 -m infra_cdk.local.environments tools|dev|emulator|model|runtime|scan|sam|bench|gateway …`.
A current environment costs milliseconds; a stale one is made anew by uv, whose own wheel pip
installs once. Raises Problem when a package cannot be had.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from infra_cdk.local import progress
from infra_cdk.local.commands import Command, run
from infra_cdk.local.locks import locked
from infra_cdk.local.paths import (
    BUILD,
    ENVIRONMENTS,
    ROOT,
    TOOLS,
    interpreter,
    python_of,
    with_tools,
)
from infra_cdk.local.problems import Problem

LOCKS = ROOT / "requirements"
NPM = ROOT / "infra_cdk"
GATEWAY = ROOT / "tests" / "bench" / "peers"
UV = ENVIRONMENTS / "uv"
STAMP = ".labverse-stamp"
# Environments that hold their lock and nothing else.
PLAIN = ("emulator", "model", "scan", "sam", "bench")
HELP = (
    "check the network, then run the command again; behind a mirror set UV_DEFAULT_INDEX "
    "(uv) or pip's index-url, and SSL_CERT_FILE for its certificate"
)


def ensure(name: str) -> Path:
    """Make environment `name` current and return its folder."""
    makers = {"tools": _tools, "dev": _dev, "runtime": _runtime, "gateway": _gateway}
    if name not in {*makers, "uv", *PLAIN}:
        raise Problem(f"there is no environment {name!r}", f"use {', '.join([*makers, *PLAIN])}")
    with locked(BUILD / "locks" / f"{'tools' if name == 'dev' else name}.lock", f"{name} packages"):
        if name in makers:
            return makers[name]()
        return _uv() if name == "uv" else _venv(name)


def uv_program() -> Path:
    """The uv of the bootstrap environment, which `ensure` makes first."""
    return ensure("uv") / "bin" / "uv"


def _tools() -> Path:
    _venv("tools")
    pyproject = ROOT / "pyproject.toml"
    if pyproject.exists():
        _when_stale(TOOLS / ".labverse-project", _digest(pyproject), _editable)
    _npm(NPM, "the CDK CLI and its companions")
    return TOOLS


def _gateway() -> Path:
    """A peer that `make bench` measures; its Node is that of the tools, which must be there."""
    _npm(GATEWAY, "a gateway to measure")
    return GATEWAY


def _dev() -> Path:
    _tools()
    lock = LOCKS / "dev.txt"
    _when_stale(TOOLS / ".labverse-dev", _digest(lock), lambda: _install(TOOLS, lock, "dev"))
    return TOOLS


def _runtime() -> Path:
    folder, lock = ENVIRONMENTS / "runtime", LOCKS / "runtime.txt"

    def make() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        argv = ["install", "--target", folder, "--require-hashes", "-r", lock]
        _uv_or_pip("runtime", ["pip", *argv, "--python", interpreter()], argv)

    _when_stale(folder / STAMP, _digest(lock), make)
    return folder


def _venv(name: str) -> Path:
    folder, lock = ENVIRONMENTS / name, LOCKS / f"{name}.txt"

    def make() -> None:
        argv = [uv_program(), "venv", "-q", "--clear", "--python", interpreter(), folder]
        run(Command(f"uv venv {name}", argv, _log(name), HELP))
        _install(folder, lock, name)

    _when_stale(folder / STAMP, _digest(lock), make)
    return folder


def _install(folder: Path, lock: Path, name: str) -> None:
    python = python_of(folder)
    argv = ["install", "--require-hashes", "-r", lock]
    _uv_or_pip(name, ["pip", *argv, "--python", python], ["--python", python, *argv])


def _uv_or_pip(name: str, for_uv: Sequence[object], for_pip: Sequence[object]) -> None:
    """uv, and where it fails pip, which alone reads pip.conf: some networks need that."""
    watch = progress.Stopwatch()
    count = len(re.findall(r"(?m)^[\w.-]+(\[.*?\])?==", (LOCKS / f"{name}.txt").read_text()))
    progress.say("packages", f"{name}: installing {count} locked packages")
    try:
        run(Command(f"uv ({name})", [uv_program(), *for_uv], _log(name), HELP))
    except Problem as first:
        progress.say("packages", f"{name}: uv failed (log: {_log(name)}); trying pip")
        pip = [python_of(UV), "-m", "pip", *for_pip]
        run(Command(f"pip ({name})", pip, _log(f"{name}-pip"), f"{HELP}\n{first.what}"))
    progress.say("packages", f"{name}: ready in {watch}")


def _uv() -> Path:
    """A small environment with pip and uv: uv's pin and hashes are those of the tools lock."""
    pin = re.search(
        r"(?m)^uv==[^\n]*\\\n(?:    --hash=[^\n]*\n)+", (LOCKS / "tools.txt").read_text()
    )
    if pin is None:
        raise Problem("requirements/tools.txt does not pin uv", "run: make lock")

    def make() -> None:
        progress.say("packages", f"making the environments with Python {sys.version.split()[0]}")
        run(Command("venv", [interpreter(), "-m", "venv", "--clear", UV], _log("uv"), HELP))
        wanted = UV / "uv.txt"
        wanted.write_text(pin.group(0))
        pip = [python_of(UV), "-m", "pip", "install", "--require-hashes", "-r", wanted]
        run(Command("pip install uv", pip, _log("uv"), HELP))

    _when_stale(UV / STAMP, _digest(None, pin.group(0)), make)
    return UV


def _editable() -> None:
    options = ["--no-deps", "--no-build-isolation", "--python", python_of(TOOLS)]
    argv = [uv_program(), "pip", "install", *options, "-e", ROOT]
    step = "check pyproject.toml: the build backend is hatchling, from requirements/tools.txt"
    run(Command("installing this project", argv, _log("project"), step, _environ()))


def _environ() -> dict[str, str]:
    return with_tools(dict(os.environ))


def _npm(folder: Path, holds: str) -> None:
    def make() -> None:
        watch = progress.Stopwatch()
        argv = [TOOLS / "bin" / "npm", "ci", "--prefix", folder]
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
        run(Command("npm ci", [*argv, *options], _log(f"npm-{folder.name}"), HELP, _environ()))
        progress.say("packages", f"npm: {holds} ready in {watch}")

    _when_stale(folder / "node_modules" / STAMP, _digest(folder / "package-lock.json"), make)


def _when_stale(stamp: Path, digest: str, make: Callable[[], None]) -> None:
    if stamp.exists() and stamp.read_text() == digest:
        return
    stamp.unlink(missing_ok=True)  # an interrupted run must not look finished
    make()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest)


def _digest(lock: Path | None, text: str = "") -> str:
    """Of the lock, the interpreter and the clone's place: a venv is bound to all three."""
    body = lock.read_bytes() if lock else text.encode()
    bound = f"{sys.version} {interpreter()} {ROOT}".encode()
    return hashlib.sha256(body + bound).hexdigest()


def _log(name: str) -> Path:
    return BUILD / "logs" / f"environment-{name}.log"


if __name__ == "__main__":
    try:
        for wanted in sys.argv[1:] or ["tools"]:
            ensure(wanted)
    except Problem as problem:
        sys.exit(f"error: {problem}")
