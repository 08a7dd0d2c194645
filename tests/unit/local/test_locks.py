"""A lock file keeps others out while it is held, and only then."""

from __future__ import annotations

import threading
from pathlib import Path

from infra_cdk.local.locks import locked, try_lock


def test_held_and_released(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "a.lock"
    with locked(path, "a test"):
        assert try_lock(path) is None
    handle = try_lock(path)
    assert handle is not None
    handle.close()


def test_threads_take_turns(tmp_path: Path) -> None:
    inside, most = 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(20):
            with locked(tmp_path / "a.lock", "a test"):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
