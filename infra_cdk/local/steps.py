"""Run the steps of a check side by side, each with its output in a log that is printed whole.

The first failure ends the others, and so do Ctrl-C and SIGTERM: by SIGINT first, because pytest
then takes down what its tests have started, and what is left after a while by SIGKILL.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from infra_cdk.local import processes, progress
from infra_cdk.local.paths import BUILD, ROOT, TOOLS, with_tools
from infra_cdk.local.problems import Problem

# Taking down two local clouds on a busy machine.
GRACE_SECONDS = 120.0
# How far a patient step stands back for those whose tests wait for answers of a server.
STEPS_BACK = 10


@dataclass(frozen=True)
class Step:
    """One program; `next_step` helps when it fails. A patient one lets the others go first."""

    name: str
    command: str
    next_step: str
    patient: bool = False

    @property
    def log(self) -> Path:
        """What it printed."""
        return BUILD / "logs" / f"test-{self.name}.log"


class Running:
    """A started step, in a session of its own: a terminal's Ctrl-C reaches it through us."""

    def __init__(self, step: Step) -> None:
        self.step, self._watch = step, progress.Stopwatch()
        step.log.parent.mkdir(parents=True, exist_ok=True)
        program, *arguments = step.command.split()
        argv = [str(TOOLS / "bin" / program), *arguments]
        with step.log.open("wb") as log:
            self._process = subprocess.Popen(
                argv,
                cwd=ROOT,
                env=with_tools(dict(os.environ)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if step.patient:
            os.setpriority(os.PRIO_PROCESS, self._process.pid, STEPS_BACK)

    def ended(self) -> bool:
        """Whether it is over, well or not."""
        return self._process.poll() is not None

    def report(self) -> None:
        """Print what it said, and how it ended. Raises Problem when it failed."""
        step, code = self.step, self._process.returncode
        if said := step.log.read_text(encoding="utf-8", errors="replace").rstrip():
            progress.line(said)
        if code:
            how = f"after {self._watch}: {step.command}"
            raise Problem(f"{step.name} failed {how}", step.next_step)
        progress.say(step.name, f"passed in {self._watch} ({step.command})")

    def signal(self, number: signal.Signals) -> None:
        """To it and all that it began without a session of their own."""
        if not self.ended():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


def run(steps: Sequence[Step], at_once: int) -> None:
    """Run all steps, in their order as far as `at_once` lets them begin. Raises Problem."""
    waiting, running = list(steps), list[Running]()
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                running.append(Running(waiting.pop(0)))
                if at_once > 1:
                    _say_begun(running[-1].step)
            for each in [one for one in running if one.ended()]:
                running.remove(each)
                each.report()
            time.sleep(processes.POLL_SECONDS)
    finally:
        _end(running)


def _say_begun(step: Step) -> None:
    progress.say(step.name, f"began; its output follows when it ends ({step.log})")


def _end(running: Sequence[Running]) -> None:
    for each in running:
        each.signal(signal.SIGINT)
    try:
        if not processes.wait_until(lambda: all(one.ended() for one in running), GRACE_SECONDS):
            progress.say("stop", f"not all ended within {GRACE_SECONDS:.0f} s: killing them")
    finally:  # a second Ctrl-C does not wait
        for each in running:
            each.signal(signal.SIGKILL)
            progress.say(each.step.name, f"was ended ({each.step.log})")


def answer_signals() -> None:
    """From now on SIGTERM and a closed terminal unwind as Ctrl-C does, also in the background.

    A shell's `&` leaves SIGINT ignored, which every step would inherit.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)


def _leave(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)
