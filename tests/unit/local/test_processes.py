"""Servers are known again by more than their pid, and leave with everything they began."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from infra_cdk.local import processes

CHILD = "import time; time.sleep(600)"
PARENT = f"""
import signal, subprocess, sys, time
if "stubborn" in sys.argv: signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", {CHILD!r}])
print("ready", flush=True)
time.sleep(600)
"""
LINUX = pytest.mark.skipif(not Path("/proc").is_dir(), reason="workers are found through /proc")


def started(folder: Path, *arguments: str) -> processes.Server:
    """A server with one worker, once it has begun it."""
    log = folder / "log"
    argv = [sys.executable, "-c", PARENT, *arguments]
    server = processes.start(argv, folder / "pid.json", log, dict(os.environ))
    assert processes.wait_until(lambda: "ready" in log.read_text(), 10)
    return server


@LINUX
def test_a_server_leaves_with_its_worker(tmp_path: Path) -> None:
    server = started(tmp_path)
    assert len(processes.family(server)) == 2
    assert processes.stop(tmp_path / "pid.json", deadline=5.0) is True
    assert processes.family(server) == []
    assert not (tmp_path / "pid.json").exists()


@LINUX
def test_one_that_ignores_sigterm_is_killed_and_said_to_be_unclean(tmp_path: Path) -> None:
    server = started(tmp_path, "stubborn")
    assert processes.stop(tmp_path / "pid.json", deadline=0.3) is False
    assert processes.family(server) == []


@LINUX
def test_workers_of_a_killed_server_are_found(tmp_path: Path) -> None:
    server = started(tmp_path)
    os.kill(server.pid, 9)
    assert processes.wait_until(lambda: not processes.alive(server), 5)
    assert len(processes.family(server)) == 1
    assert processes.stop(tmp_path / "pid.json", deadline=1.0) is False
    assert processes.family(server) == []


def test_a_recycled_pid_is_a_stranger(tmp_path: Path) -> None:
    stranger = processes.Server(os.getpid(), "long ago", str(tmp_path / "pid.json"))
    assert not processes.alive(stranger)
    assert processes.family(stranger) == []
    assert processes.alive(replace(stranger, started=processes._started(os.getpid())))


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"pid": 1}', "no json"])
def test_an_unreadable_pid_file_tells_of_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "pid.json").write_text(text)
    assert processes.recorded(tmp_path / "pid.json") is None
    assert processes.stop(tmp_path / "pid.json", deadline=0.1) is True
