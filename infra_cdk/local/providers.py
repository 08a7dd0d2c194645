"""The stand-in for cloud providers that fails on demand: start it on loopback, stop it."""

from __future__ import annotations

import os
from pathlib import Path

from infra_cdk.local import processes, progress, web
from infra_cdk.local.instance import Instance
from infra_cdk.local.paths import interpreter
from infra_cdk.local.ports import HOST
from infra_cdk.local.problems import Problem, tail

NAME = "faults"
OFFSET = 4
SOURCES = Path(__file__).with_name("faults")
START_SECONDS = 20.0


def address(port: int) -> str:
    """Where it listens, given the first port of its instance's block."""
    return f"http://{HOST}:{port + OFFSET}"


def start(instance: Instance, port: int) -> None:
    """Have it answer, and never in an older version than this clone's. Raises Problem."""
    pid_file, log = instance.pid_file(NAME), instance.log(NAME)
    made_of = [*SOURCES.glob("*.py")]
    alive = processes.alive(processes.recorded(pid_file)) and _answers(port)
    if alive and not processes.outdated(pid_file, made_of):
        return
    stop(instance)
    argv = [interpreter(), "-m", "infra_cdk.local.faults", port + OFFSET]
    environ = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    server = processes.start(argv, pid_file, log, environ)
    processes.wait_until(lambda: not processes.alive(server) or _answers(port), START_SECONDS)
    if not (processes.alive(server) and _answers(port)):
        what = f"the stand-in for providers does not answer on {address(port)}; {tail(log)}"
        raise Problem(what, "run: make down, then make up")
    progress.say("providers", f"a stand-in that fails on demand listens on {address(port)}")


def stop(instance: Instance) -> None:
    """Stop it if it runs."""
    processes.stop(instance.pid_file(NAME), deadline=5.0)


def _answers(port: int) -> bool:
    try:
        web.get(f"{address(port)}/_calls")
    except web.NoAnswer:
        return False
    return True
