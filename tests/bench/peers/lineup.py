"""Who is measured, in which environment, and why somebody is not."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from infra_cdk.local import progress
from infra_cdk.local.environments import GATEWAY, ensure
from infra_cdk.local.paths import BUILD, ROOT, TOOLS, python_of
from infra_cdk.local.problems import Problem, tail
from tests.bench.peers.drive import Job
from tests.bench.peers.portkey import gateway

_SECONDS = 300
_LOG = BUILD / "logs" / "bench.log"


class Failed(Exception):
    """A system could not be measured; says why."""


@dataclass(frozen=True)
class Contender:
    """A system to measure. `absent`: why it cannot be; `pid`: of its own process, if it has one.

    `setup`: members of `Pair`.
    """

    name: str
    python: Path
    setup: dict[str, Any]
    absent: str = ""
    pid: int | None = None

    def by_hand(self) -> "Contender":
        """As somebody would set it up who knows what this measures."""
        return replace(self, setup={**self.setup, "attempt_ms": 600, "cooldown": True})

    def found(self, job: Job) -> Any:
        """What measuring it brings. Raises Failed."""
        argv = [str(python_of(self.python)), "-m", "tests.bench.peers.drive"]
        return json.loads(self.output(argv, job.text()))

    def output(self, argv: list[str], told: str = "") -> str:
        """The last line that a program of the system's environment prints. Raises Failed."""
        if self.absent:
            raise Failed(self.absent)
        _LOG.parent.mkdir(parents=True, exist_ok=True)
        with _LOG.open("wb") as log:
            try:
                ran = subprocess.run(
                    argv, cwd=ROOT, env=_environ(), input=told.encode(), timeout=_SECONDS,
                    stdout=subprocess.PIPE, stderr=log, check=False,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                raise Failed(f"not done after {_SECONDS} s") from None
        if ran.returncode:
            progress.line(tail(_LOG))
            last = _LOG.read_text(errors="replace").strip().splitlines() or ["no reason given"]
            raise Failed(last[-1][:200])
        return ran.stdout.decode().strip().splitlines()[-1]


@contextmanager
def lineup() -> Iterator[list[Contender]]:
    """Ours and the peers, installed and started; one that cannot be says why."""
    with ExitStack() as stack:
        yield [Contender("labverse", TOOLS, {}), _litellm(), _portkey(stack)]


def versions(contenders: list[Contender]) -> dict[str, str]:
    """What is measured, exactly, as what is installed says itself."""
    found = {}
    for one in contenders:
        if one.name == "litellm" and not one.absent:
            ask = "from importlib.metadata import version; print(version('litellm'))"
            found["LiteLLM"] = one.output([str(python_of(one.python)), "-c", ask])
        if one.name == "portkey" and not one.absent:
            package = GATEWAY / "node_modules" / "@portkey-ai" / "gateway" / "package.json"
            found["Portkey gateway"] = json.loads(package.read_text(encoding="utf-8"))["version"]
    return found


def _litellm() -> Contender:
    try:
        return Contender("litellm", ensure("bench"), {})
    except Problem as problem:
        return Contender("litellm", TOOLS, {}, _why("not installed", problem))


def _portkey(stack: ExitStack) -> Contender:
    try:
        url, pid = stack.enter_context(gateway(ensure("gateway")))
    except (Problem, RuntimeError, OSError) as problem:
        return Contender("portkey", TOOLS, {}, _why("not started", problem))
    return Contender("portkey", TOOLS, {"gateway": url}, pid=pid)


def _why(what: str, problem: Exception) -> str:
    progress.line(str(problem))
    return f"{what}: {str(problem).splitlines()[0][:160]}"


def _environ() -> dict[str, str]:
    """Nobody goes through a proxy to this machine itself."""
    direct = "127.0.0.1,localhost"
    return {**os.environ, "NO_PROXY": direct, "no_proxy": direct}
