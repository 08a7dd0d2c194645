"""mypy reads of aws_cdk what we import and what that names, so nothing of ours is of type Any."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_cdk

from tests.infra.tree import python_files, text

OVERRIDES: list[dict[str, Any]] = tomllib.loads(text("pyproject.toml"))["tool"]["mypy"]["overrides"]
CDK = Path(aws_cdk.__file__).parent
# Only a type checker sees these, at the top of a module: the modules that its signatures name.
NAMED = re.compile(r"^    import (aws_cdk[\w.]*) as _", re.M)
# And these, which are parts of it. The package itself has every service as a part.
PARTS = re.compile(r"^    from \. import (\w+) as", re.M)
# What we call the package.
PACKAGE = ("aws_cdk", "cdk", "core")
WHOLE = {"aws_cdk", "aws_cdk.interfaces"}


def follows(how: str) -> set[str]:
    """The modules of aws_cdk whose imports mypy follows so."""
    return {
        module
        for row in OVERRIDES
        if row.get("follow_imports") == how
        for module in row["module"]
        if module.startswith("aws_cdk")
    }


def imported(path: str) -> Iterator[str]:
    """What a file of ours imports or reaches through the package (`cdk.aws_s3`), module or not."""
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) in PACKAGE:
            yield f"aws_cdk.{node.attr}"


def source(module: str) -> Path | None:
    place = CDK.joinpath(*module.split(".")[1:]) / "__init__.py"
    return place if place.exists() else None


def needed() -> set[str]:
    """Those that are modules of it, their parts, and whatever their signatures name."""
    found: set[str] = set()
    waiting = {module for path in python_files() for module in imported(path)}
    while waiting:
        module = waiting.pop()
        place = source(module) if module.partition(".")[0] == "aws_cdk" else None
        if place is not None and module not in found:
            found.add(module)
            told = place.read_text(encoding="utf-8")
            waiting.update(NAMED.findall(told))
            if module not in WHOLE:
                waiting.update(f"{module}.{part}" for part in PARTS.findall(told))
    return found


def test_mypy_reads_whatever_types_of_the_cdk_we_meet() -> None:
    assert follows("skip") == {"aws_cdk.*"}
    wanted = needed()
    assert {"aws_cdk", "aws_cdk.aws_lambda", "aws_cdk.interfaces.aws_kms"} <= wanted
    missing = sorted(wanted - follows("normal"))
    assert not missing, f"in pyproject.toml, mypy shall follow {missing} too"
    idle = sorted(follows("normal") - wanted)
    assert not idle, f"in pyproject.toml, mypy need not follow {idle} any more"
