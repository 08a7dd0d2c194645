"""Steps run side by side, tell what they said, and none is left behind however the run ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from infra_cdk.local import gate, processes, steps
from infra_cdk.local.paths import ROOT
from infra_cdk.local.problems import Problem
from infra_cdk.local.steps import Step
from tests.infra.tree import python_files

WAITS = "import pathlib, sys, time\nmine, other = map(pathlib.Path, sys.argv[1:])\n"
MEETS = f"{WAITS}mine.touch()\nwhile not other.exists(): time.sleep(0.01)\nprint('met')"
# Says that it runs, and that it was asked to leave; its child says nothing.
STAYS = """
import os, pathlib, signal, subprocess, sys, time
if "stubborn" in sys.argv: signal.signal(signal.SIGINT, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
file = pathlib.Path(sys.argv[1])
file.with_suffix(".part").write_text(f"{os.getpid()} {child.pid}")
file.with_suffix(".part").rename(file)
try: time.sleep(600)
except KeyboardInterrupt: file.with_suffix(".bye").touch()
"""
FAILS = f"{WAITS}while not mine.exists(): time.sleep(0.01)\nprint('it is broken')\nsys.exit(3)"
RUNS = """
import pathlib, sys
from infra_cdk.local import steps
steps.BUILD = pathlib.Path(sys.argv[1])
steps.answer_signals()
steps.run([steps.Step("stays", sys.argv[2], "")], 1)
"""


@pytest.fixture(autouse=True)
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(steps, "BUILD", tmp_path)
    return tmp_path


def step(name: str, program: str, *arguments: object) -> Step:
    known = Step(name, "", "")
    file = known.log.with_name(f"{name}.py")
    file.parent.mkdir(exist_ok=True)
    file.write_text(program, encoding="utf-8")
    return Step(name, f"python {file} {' '.join(map(str, arguments))}", f"mend {name}")


def gone(file: Path) -> bool:
    """Whether those whose pids are in the file have left."""
    return all(processes._started(int(pid)) == "" for pid in file.read_text().split())


def test_as_many_as_may_run_side_by_side(build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left = step("left", MEETS, build / "l", build / "r")
    right = step("right", MEETS, build / "r", build / "l")
    steps.run([left, right], 2)
    said = capsys.readouterr().out
    assert said.count("met\n") == 2
    assert said.count("passed in") == 2


def test_one_after_the_other_keeps_the_order(build: Path) -> None:
    first = "import pathlib, sys\npathlib.Path(sys.argv[1]).touch()"
    second = "import pathlib, sys\nsys.exit(not pathlib.Path(sys.argv[1]).exists())"
    steps.run([step("first", first, build / "f"), step("second", second, build / "f")], 1)


def test_the_first_failure_is_told_and_ends_the_others(
    build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stays = step("stays", STAYS, build / "pids")
    fails = step("fails", FAILS, build / "pids", "-")
    never = step("never", MEETS, build / "never", build / "never")
    with pytest.raises(Problem, match="fails failed after") as told:
        steps.run([stays, fails, never], 2)
    assert told.value.next_step == "mend fails"
    assert "it is broken\n" in capsys.readouterr().out
    assert (build / "pids.bye").exists(), "it had the time to clean up"
    assert gone(build / "pids")
    assert not (build / "never").exists()


def test_what_does_not_leave_is_killed(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "GRACE_SECONDS", 0.2)
    stays = step("stays", STAYS, build / "pids", "stubborn")
    with pytest.raises(Problem):
        steps.run([stays, step("fails", FAILS, build / "pids", "-")], 2)
    assert processes.wait_until(lambda: gone(build / "pids"), 10)
    assert not (build / "pids.bye").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_them_all_even_in_the_background(number: signal.Signals, build: Path) -> None:
    command = step("stays", STAYS, build / "pids").command
    (build / "runs.py").write_text(RUNS, encoding="utf-8")
    # As a shell's `&` starts it: with SIGINT ignored.
    background = ["/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh"]
    argv = [*background, sys.executable, str(build / "runs.py"), str(build), command]
    with subprocess.Popen(argv, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}) as gates:
        assert processes.wait_until((build / "pids").exists, 20)
        gates.send_signal(number)
        assert gates.wait(20) != 0
    assert (build / "pids.bye").exists()
    assert processes.wait_until(lambda: gone(build / "pids"), 10)


def test_a_patient_step_stands_back(build: Path) -> None:
    tells = "import os, pathlib, sys\npathlib.Path(sys.argv[1]).write_text(str(os.nice(0)))"
    known = step("tells", tells, build / "nice")
    steps.run([Step(known.name, known.command, "", patient=True)], 1)
    assert int((build / "nice").read_text()) == min(19, os.nice(0) + steps.STEPS_BACK)


def test_the_slowest_are_those_of_all_runs() -> None:
    one = "== slowest ==\n12.50s call     a.py::b\n0.30s setup    a.py::c\n1 passed in 13.00s\n"
    other = "3.00s teardown d.py::e\n"
    assert gate.slowest([one, other]) == [
        "12.50s call     a.py::b",
        "3.00s teardown d.py::e",
        "0.30s setup    a.py::c",
    ]
    many = "".join(f"{n}.00s call x.py::t{n}\n" for n in range(30))
    assert len(gate.slowest([many])) == gate.SLOWEST


def collects(places: tuple[str, ...], file: Path) -> bool:
    """Whether pytest looks into a file when it is told these places."""
    within = {place for place in places if file.is_relative_to(place)}
    return bool(within) and not any(
        file.is_relative_to(place.removeprefix("--ignore=")) for place in places if place[0] == "-"
    )


def test_every_test_belongs_to_one_step() -> None:
    files = [Path(path) for path in python_files() if Path(path).name.startswith("test_")]
    assert Path("tests/unit/local/test_steps.py") in files
    every = (gate.CLOUD, gate.UNIT, gate.INFRA, gate.REST)
    for file in files:
        assert [collects(places, file) for places in every].count(True) == 1, file
