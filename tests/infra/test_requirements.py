"""Locks are whole: hashes everywhere, no package index, and every direct dependency in them."""

import json
import re
from pathlib import Path

import pytest

from tests.infra.tree import ROOT, text, tracked

LOCKS = [p for p in tracked() if re.fullmatch(r"(requirements|layers/\w+)/[\w-]+\.txt", p)]
INDEX = re.compile(r"--(extra-)?index-url|^-i\b|--trusted-host|--find-links|^-f\b|://")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==[^ \\]+")
DIRECT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)")
NPM_LOCKS = [path for path in tracked() if path.endswith("package-lock.json")]


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _blocks(lock: str) -> list[str]:
    """One text per requirement: its line, its hashes, its comment."""
    return re.split(r"\n(?=[^\s#-])", "\n" + text(lock))[1:]


def _direct(source: Path) -> set[str]:
    """What a `.in` file asks for, and what the files it includes ask for."""
    found: set[str] = set()
    for line in source.read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            found |= _direct(source.parent / line.removeprefix("-r ").strip())
        elif match := DIRECT.match(line):
            found.add(_canonical(match[1]))
    return found


def test_there_are_locks() -> None:
    assert "layers/deps/requirements.txt" in LOCKS
    assert "requirements/dev.txt" in LOCKS


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_has_hashes_and_no_index(lock: str) -> None:
    indexed = [line for line in text(lock).splitlines() if INDEX.search(line)]
    assert not indexed, f"{lock} names a package index: {indexed}; run `make lock`"
    blocks = _blocks(lock)
    unpinned = [block.splitlines()[0] for block in blocks if not PIN.match(block)]
    assert blocks, f"{lock} pins nothing: run `make lock`"
    assert not unpinned, f"{lock} does not pin {unpinned}: run `make lock`"
    bare = [PIN.match(block)[1] for block in blocks if "--hash=sha256:" not in block]  # type: ignore[index]
    assert not bare, f"{lock} has no hash for {bare}: run `make lock`"


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_holds_every_direct_dependency(lock: str) -> None:
    source = (ROOT / lock).with_suffix(".in")
    assert source.exists(), f"{lock} has no {source.name} beside it: add it or delete the lock"
    pinned = {_canonical(match[1]) for block in _blocks(lock) if (match := PIN.match(block))}
    missing = sorted(_direct(source) - pinned)
    assert not missing, f"{lock} lacks {missing} of {source.name}: run `make lock`"


def test_there_are_npm_locks() -> None:
    assert "infra_cdk/package-lock.json" in NPM_LOCKS


@pytest.mark.parametrize("lock", NPM_LOCKS)
def test_npm_lock_has_hashes_and_no_addresses(lock: str) -> None:
    packages = json.loads(text(lock))["packages"]
    addressed = [name for name, package in packages.items() if "resolved" in package]
    assert not addressed, f"{lock} has `resolved` for {addressed}: run `make lock`"
    bare = [name for name, package in packages.items() if name and "integrity" not in package]
    assert not bare, f"{lock} has no integrity for {bare}: run `make lock`"
    package = json.loads(text(lock.replace("-lock", "")))
    wanted = package["dependencies"] | package.get("devDependencies", {})
    locked = {name: packages[f"node_modules/{name}"]["version"] for name in wanted}
    assert locked == wanted, f"{lock} is of another package.json: run `make lock`"
