"""The files of this repository, as git sees them."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
LABVERSE = ROOT / "layers" / "shared" / "python" / "labverse"


@cache
def tracked() -> tuple[str, ...]:
    """Paths of every file that is in git, or that `git add --all` would put there."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(sorted(path for path in set(run.stdout.splitlines()) if (ROOT / path).is_file()))


def python_files() -> list[str]:
    """The Python files among them."""
    return [path for path in tracked() if path.endswith(".py")]


def text(path: str) -> str:
    """The text of one of them."""
    return (ROOT / path).read_text(encoding="utf-8")
