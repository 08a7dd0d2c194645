"""Folders that become layers, built once per content and kept outside the clone."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
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


def compile_bytecode(folder: Path, target: Target) -> None:
    """Compile in place, so that a cold start compiles nothing: /opt is read-only on Lambda.

    Only for the Python that runs this: another one's bytecode is another format. unchecked-hash
    keeps the files the same for the same sources, and no cold start pays for a check.
    """
    if target.python != f"{sys.version_info.major}.{sys.version_info.minor}":
        return
    command = [sys.executable, "-m", "compileall", "-q", "-j", "2"]
    command += ["--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", "/opt/python"]
    subprocess.run([*command, str(folder)], check=True)


def _uv() -> str:
    from uv import find_uv_bin

    return str(find_uv_bin())
