"""A server of ours that stands in for somebody else's on the local cloud: start it, stop it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from infra_cdk.local import processes, progress, web
from infra_cdk.local.instance import Instance
from infra_cdk.local.paths import interpreter
from infra_cdk.local.ports import HOST
from infra_cdk.local.problems import Problem, tail

START_SECONDS = 20.0


@dataclass(frozen=True)
class StandIn:
    """The package `infra_cdk.local.<name>`, on loopback, `offset` ports into its instance's block.

    `stands_for` is what people read; `ready`, a path that it answers with JSON. If it `remembers`,
    it is given a file to keep what must outlive it.
    """

    name: str
    offset: int
    stands_for: str
    ready: str
    remembers: bool = False

    def address(self, port: int) -> str:
        """Where it listens, given the first port of its instance's block."""
        return f"http://{HOST}:{port + self.offset}"

    def start(self, instance: Instance, port: int) -> None:
        """Have it answer, and never in an older version than this clone's. Raises Problem."""
        pid_file, log = instance.pid_file(self.name), instance.log(self.name)
        made_of = [*Path(__file__).with_name(self.name).glob("*.py")]
        alive = processes.alive(processes.recorded(pid_file)) and self._answers(port)
        if alive and not processes.outdated(pid_file, made_of):
            return
        self.stop(instance)
        argv = [interpreter(), "-m", f"infra_cdk.local.{self.name}", port + self.offset]
        argv += [instance.folder / f"{self.name}.json"] if self.remembers else []
        names = ("PATH", "HOME", "LANG")
        environ = {name: os.environ[name] for name in names if name in os.environ}
        server = processes.start(argv, pid_file, log, environ)
        processes.wait_until(
            lambda: not processes.alive(server) or self._answers(port), START_SECONDS
        )
        if not (processes.alive(server) and self._answers(port)):
            what = f"the stand-in for {self.stands_for} does not answer on {self.address(port)}"
            raise Problem(f"{what}; {tail(log)}", "run: make down, then make up")
        progress.say(self.stands_for, f"a stand-in listens on {self.address(port)}")

    def stop(self, instance: Instance) -> None:
        """Stop it if it runs."""
        processes.stop(instance.pid_file(self.name), deadline=5.0)

    def _answers(self, port: int) -> bool:
        try:
            web.get(f"{self.address(port)}{self.ready}")
        except web.NoAnswer:
            return False
        return True
