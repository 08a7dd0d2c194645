"""Built once, by the snapshot hook where there is one, by the first request where there is none."""

import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from labverse.platform.prime import primed


def test_nothing_is_built_until_first_use_and_then_once() -> None:
    built: list[int] = []

    @primed
    def thing() -> int:
        built.append(1)
        return len(built)

    assert built == []
    assert (thing(), thing(), built) == (1, 1, [1])


def test_the_snapshot_hook_builds_before_any_request(monkeypatch: pytest.MonkeyPatch) -> None:
    hooks: list[Callable[[], object]] = []
    module = ModuleType("snapshot_restore_py")
    module.__dict__["register_before_snapshot"] = hooks.append
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", module)
    built: list[int] = []
    thing = primed(lambda: built.append(1))
    assert (len(hooks), built) == (1, [])
    hooks[0]()
    thing()
    assert built == [1]
