"""Folders that become layers, built once per content and kept outside the clone."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from infra_cdk.constructs.target import Target

# Part of every digest: raise it when the way of building changes.
_RECIPE = "1"


def cached(name: str, parts: tuple[str, ...], build: Callable[[Path], None]) -> tuple[Path, str]:
    """The folder that `build` fills, and its digest; built only if nobody has yet.

    Two synths may race: each builds beside the other and one rename wins.
    """
    digest = hashlib.sha256("\0".join((_RECIPE, name, *parts)).encode()).hexdigest()
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "labverse" / "layers"
    done = home / f"{name}-{digest[:16]}"
    if not done.exists():
        home.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=home))
        try:
            build(making)
            making.rename(done)
        except OSError:
            if not done.exists():
                raise
        finally:
            shutil.rmtree(making, ignore_errors=True)
    return done, digest


def install(requirements: Path, into: Path, target: Target) -> None:
    """Install a hash-locked list of wheels for the target's Python and platform.

    Raises RuntimeError with the installer's own words; no source package is ever built.
    """
    command = [_uv(), "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--only-binary", ":all:", "--link-mode", "copy"]
    command += ["--python-version", target.python, "--target", str(into), "-r", str(requirements)]
    if target.platform:
        command += ["--python-platform", target.platform]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(f"{requirements} could not be installed:\n{run.stderr}")
    shutil.rmtree(into / "bin", ignore_errors=True)
    (into / ".lock").unlink(missing_ok=True)


def bytecode(target: Target) -> str:
    """Which bytecode a layer of `target` holds: part of its digest, since the files differ."""
    return f"{target.python} {'with' if interpreter(target.python) else 'without'} bytecode"


def compile_bytecode(folder: Path, target: Target) -> None:
    """Compile in place, so that a cold start compiles nothing: /opt is read-only on Lambda.

    Only where this machine has the target's Python: another one's bytecode is another format.
    unchecked-hash keeps the files the same for the same sources, and no cold start pays for a
    check.
    """
    python = interpreter(target.python)
    if python is None:
        return
    command = [python, "-m", "compileall", "-q", "-j", "2"]
    command += ["--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", "/opt/python"]
    subprocess.run([*command, str(folder)], check=True)


@cache
def interpreter(version: str) -> str | None:
    """A Python of `version` (`3.13`) on this machine, or None.

    A name on PATH proves nothing (a pyenv shim can be there and fail), so each candidate is run.
    """
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    installed = sorted(pyenv.glob(f"{version}.*/bin/python"))
    for candidate in (sys.executable, f"python{version}", *map(str, installed)):
        check = f"import sys; sys.exit(sys.version_info[:2] != ({version.replace('.', ', ')}))"
        try:
            if not subprocess.run(
                [candidate, "-c", check], capture_output=True, check=False
            ).returncode:
                return candidate
        except OSError:
            continue
    return None


def _uv() -> str:
    from uv import find_uv_bin

    return str(find_uv_bin())
