"""The container's scripts, run for real against a stand-in for `ollama`."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra_cdk.constructs.ollama.task import script

MODEL = "qwen2:7b"
HERE = Path(__file__).parent


def until(true: Callable[[], bool], what: str) -> None:
    """Look again until it is so; at most ten seconds."""
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline, f"{what} did not come to pass within 10 s"
        time.sleep(0.01)


class Container:
    """One container: its command runs, its health can be asked, its signals are sent."""

    def __init__(self, folder: Path, models: Path, **more: str) -> None:
        folder.mkdir()
        self.state, self.calls = folder, folder / "calls"
        self.calls.touch()
        self.environ = {
            "PATH": f"{HERE}:{os.environ['PATH']}",
            "MODEL": MODEL,
            "OLLAMA_MODELS": str(models),
            "STATE": str(folder),
            "CALLS": str(self.calls),
            **more,
        }
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", script("serve")], env=self.environ, start_new_session=True
        )

    def called(self, what: str) -> int:
        """How often `what` was called."""
        return self.calls.read_text(encoding="utf-8").splitlines().count(what)

    def healthy(self) -> bool:
        """What ECS' health check finds."""
        check = subprocess.run(["/bin/sh", "-c", script("healthy")], env=self.environ, check=False)
        return check.returncode == 0

    def end(self) -> int:
        """SIGTERM, and its exit code."""
        self.process.terminate()
        return self.process.wait(5)

    def left(self) -> bool:
        """Whether any process of it is still there."""
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Container]]:
    models = tmp_path / "models"
    models.mkdir()
    made: list[Container] = []

    def one(**more: str) -> Container:
        made.append(Container(tmp_path / f"container-{len(made)}", models, **more))
        return made[-1]

    yield one
    for container in made:
        if container.left():
            os.killpg(container.process.pid, signal.SIGKILL)
        container.process.wait(5)


def test_the_model_is_pulled_once_and_found_by_the_next_task(
    start: Callable[..., Container],
) -> None:
    first = start()
    until(first.healthy, "the first task's health")
    assert (first.called(f"pull {MODEL}"), first.called(f"run {MODEL}")) == (1, 1)
    assert first.end() == 0
    second = start()
    until(second.healthy, "the second task's health")
    assert second.called(f"pull {MODEL}") == 0


def test_two_tasks_at_once_pull_once(start: Callable[..., Container], tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    both = [start(GATE=str(gate)) for _ in range(2)]
    until(lambda: sum(one.called(f"pull {MODEL}") for one in both) == 1, "a pull")
    until(lambda: all(one.called("flock 9") for one in both), "two that want the lock")
    assert not any(one.healthy() for one in both)
    gate.touch()
    until(lambda: all(one.healthy() for one in both), "both tasks' health")
    assert sum(one.called(f"pull {MODEL}") for one in both) == 1


def test_nobody_is_sent_to_a_task_that_still_loads(
    start: Callable[..., Container], tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    container = start(GATE=str(gate))
    until(lambda: container.called(f"pull {MODEL}") == 1, "a pull")
    assert not container.healthy()
    gate.touch()
    until(container.healthy, "health")


def test_another_model_than_ours_is_not_healthy(start: Callable[..., Container]) -> None:
    container = start()
    until(container.healthy, "health")
    container.environ["MODEL"] = "qwen2:7"
    (container.state / "loaded").unlink()
    assert not container.healthy()


@pytest.mark.parametrize("when", ["serving", "pulling"])
def test_sigterm_ends_it_at_once_and_leaves_nothing(
    when: str, start: Callable[..., Container], tmp_path: Path
) -> None:
    container = start(GATE=str(tmp_path / "gate")) if when == "pulling" else start()
    if when == "pulling":
        until(lambda: container.called(f"pull {MODEL}") == 1, "a pull")
    else:
        until(container.healthy, "health")
    assert container.end() == 0
    assert container.called("ended") == 1, "the server was not told to end"
    until(lambda: not container.left(), "the end of every process")


def test_a_server_that_dies_ends_the_task(start: Callable[..., Container]) -> None:
    container = start()
    until(container.healthy, "health")
    (container.state / "dies").touch()
    assert container.process.wait(5) == 3
    until(lambda: not container.left(), "the end of every process")


def test_a_model_that_cannot_be_pulled_ends_the_task(start: Callable[..., Container]) -> None:
    container = start(NO_NETWORK="1")
    assert container.process.wait(5) != 0
    until(lambda: not container.left(), "the end of every process")
    assert container.called(f"run {MODEL}") == 0
