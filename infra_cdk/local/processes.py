"""Start servers that outlive the command, know them again later, and stop them with all they began.

A pid alone proves nothing: it may have been given to a stranger since. So a pid file also holds
the start time, and every process that a server begins carries its owner in the environment.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from infra_cdk.local.paths import ROOT

OWNER = "LABVERSE_OWNER"
PROC = Path("/proc")
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Server:
    """A running server: its pid, when the system says it started, and whose it is."""

    pid: int
    started: str
    owner: str


def start(argv: Sequence[object], pid_file: Path, log: Path, environ: Mapping[str, str]) -> Server:
    """Start a server in a session of its own, with its output in `log`, and record it."""
    owner = str(pid_file)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        process = subprocess.Popen(
            [str(part) for part in argv],
            cwd=ROOT,
            env={**environ, OWNER: owner},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    server = Server(process.pid, _started(process.pid), owner)
    pid_file.parent.mkdir(parents=True, exist_ok=True)
    pid_file.write_text(json.dumps(asdict(server)))
    return server


def outdated(pid_file: Path, made_of: Sequence[Path]) -> bool:
    """Whether any of these files changed after the server was started: it runs something older."""
    began = pid_file.stat().st_mtime
    return any(path.stat().st_mtime > began for path in made_of)


def recorded(pid_file: Path) -> Server | None:
    """The server that a pid file tells of, running or not; None without a readable one."""
    try:
        return Server(**json.loads(pid_file.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def alive(server: Server | None) -> bool:
    """Whether exactly this server runs: the same pid with the same start time, not a zombie."""
    return server is not None and server.started != "" and _started(server.pid) == server.started


def stop(pid_file: Path, deadline: float) -> bool:
    """End the recorded server and everything it began; True when it left by itself in time.

    SIGTERM first, so that it can write its state; after `deadline` seconds SIGKILL.
    """
    server = recorded(pid_file)
    if server is None:
        return True
    running = alive(server)
    if running:
        _signal(server.pid, signal.SIGTERM)
    clean = wait_until(lambda: not alive(server), deadline)
    if not clean:
        _signal_group(server, signal.SIGKILL)
    if not wait_until(lambda: not family(server), 1.0):
        for pid in family(server):
            _signal(pid, signal.SIGKILL)
    wait_until(lambda: not family(server) and not alive(server), 10.0)
    pid_file.unlink(missing_ok=True)
    return running and clean


def family(server: Server) -> list[int]:
    """The pids that live and belong to the server: itself and its workers (Linux; else itself)."""
    mark = f"{OWNER}={server.owner}".encode()
    found = [int(entry.name) for entry in _processes() if mark in _environment(entry)]
    if alive(server) and server.pid not in found:
        found.append(server.pid)
    return found


def wait_until(done: Callable[[], bool], seconds: float) -> bool:
    """Poll until `done()`; False when `seconds` pass first."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _processes() -> list[Path]:
    return [entry for entry in PROC.iterdir() if entry.name.isdigit()] if PROC.is_dir() else []


def _environment(entry: Path) -> list[bytes]:
    """A process's variables; a zombie has none, and other people's are not ours to read."""
    try:
        return (entry / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _started(pid: int) -> str:
    """The system's own note of when the pid began; empty when gone or a zombie."""
    if PROC.is_dir():
        try:
            fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] in "ZX" else fields[19]
    asked = ["ps", "-o", "lstart=", "-p", str(pid)]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):  # it left in the meantime: what we want
        os.kill(pid, number)


def _signal_group(server: Server, number: signal.Signals) -> None:
    if alive(server):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, number)


def resident_mib(pid: int) -> float:
    """The memory that a process holds in RAM; 0 when it is gone or the system does not tell."""
    try:
        pages = int((PROC / str(pid) / "statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
