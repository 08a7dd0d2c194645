"""Where things are: the clone, its build folder, and the cache that clones share."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
ENVIRONMENTS = BUILD / "env"
TOOLS = ENVIRONMENTS / "tools"


def cache() -> Path:
    """The folder outside the clone for downloads and port locks; created when missing."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base) / "labverse"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def python_of(environment: Path) -> Path:
    """The interpreter of a virtual environment."""
    return environment / "bin" / "python"


def interpreter() -> Path:
    """The Python below every environment: the same one, whether asked inside an environment or not.

    The emulator runs functions on its own interpreter, so all environments must share one.
    """
    named = Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    return named if named.exists() else Path(sys.executable)


def with_tools(environ: dict[str, str]) -> dict[str, str]:
    """`environ` with the tools' programs (python, uv, node, cdk) first on PATH."""
    ours = [TOOLS / "bin", ROOT / "infra_cdk" / "node_modules" / ".bin"]
    path = os.pathsep.join([*map(str, ours), environ.get("PATH", os.defpath)])
    return {**environ, "PATH": path, "VIRTUAL_ENV": str(TOOLS)}
