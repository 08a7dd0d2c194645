"""Run other programs: output to a log, a failure quotes its end, and one failure stops them all."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra_cdk.local.paths import ROOT
from infra_cdk.local.problems import Problem, tail

_cancelled = threading.Event()
_running: set[subprocess.Popen[bytes]] = set()
_guard = threading.Lock()


@dataclass(frozen=True)
class Command:
    """A program to run: `subject` names it in messages, `next_step` helps when it fails.

    Every part of `argv` is turned into text, so that paths need no conversion."""

    subject: str
    argv: Sequence[object]
    log: Path
    next_step: str
    environ: Mapping[str, str] | None = None


def run(command: Command) -> None:
    """Run to the end. Raises Problem with the log's tail when it fails or was cancelled."""
    check_cancelled()
    command.log.parent.mkdir(parents=True, exist_ok=True)
    environ = dict(os.environ if command.environ is None else command.environ)
    with command.log.open("wb") as log:
        log.write(f"$ {' '.join(map(str, command.argv))}\n".encode())
        log.flush()
        process = _start(command, log.fileno(), environ)
        code = process.wait()
    with _guard:
        _running.discard(process)
    check_cancelled()
    if code:
        what = f"{command.subject} failed with exit code {code}; {tail(command.log)}"
        raise Problem(what, command.next_step)


def cancel() -> None:
    """End every running command, and make later ones fail: something else went wrong already."""
    _cancelled.set()
    with _guard:
        for process in _running:
            process.terminate()


def resume() -> None:
    """Let commands run again after `cancel`: what went wrong has been dealt with."""
    _cancelled.clear()


def check_cancelled() -> None:
    """Raise Problem once `cancel` was called; long loops call it."""
    if _cancelled.is_set():
        raise Problem("stopped because another part failed", "see the failure printed with it")


def _start(command: Command, log: int, environ: dict[str, str]) -> subprocess.Popen[bytes]:
    argv = [str(part) for part in command.argv]
    with _guard:
        try:
            process = subprocess.Popen(
                argv, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        except OSError as error:
            what = f"{command.subject}: {argv[0]} cannot be started ({error})"
            raise Problem(what, "remove .build/env and run the command again") from error
        _running.add(process)
    return process
