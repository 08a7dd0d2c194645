"""Small files and small functions: what DESIGN's rule 15 counts.

A numeric kernel may have up to KERNEL lines if its def line ends with `# size: <reason>`.
"""

import ast
import re

from tests.infra.tree import python_files, text

FILE, FUNCTION, KERNEL, HANDLER = 200, 30, 60, 60
REASON = re.compile(r"#\s*size:\s*\S+")
ALL = python_files()
PRODUCT = [path for path in ALL if not path.startswith("tests/")]


def _too_long(path: str) -> list[str]:
    source = text(path)
    lines = source.splitlines()
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        header = lines[node.lineno - 1 : node.body[0].lineno]
        limit = KERNEL if any(map(REASON.search, header)) else FUNCTION
        if length > limit:
            found.append(
                f"{path}:{node.lineno} {node.name}() has {length} lines, at most {limit}: split it"
                f" (a numeric kernel may have {KERNEL} with `# size: reason` on its def line)"
            )
    return found


def test_files_are_small() -> None:
    found = [
        f"{path} has {count} lines, at most {limit}: {what}"
        for path in ALL
        for limit, what in (
            (HANDLER, "a handler only composes, move work to entry/")
            if path.endswith("/handler.py")
            else (FILE, "split it by purpose"),
        )
        if (count := len(text(path).splitlines())) > limit
    ]
    assert not found, "\n".join(found)


def test_functions_are_small() -> None:
    found = [line for path in PRODUCT for line in _too_long(path)]
    assert not found, "\n".join(found)


def test_nothing_is_called_utils() -> None:
    named = [
        path for path in ALL if re.search(r"(^|/)(utils?|helpers?|misc|common)(\.py$|/)", path)
    ]
    assert not named, f"{named}: name a module after what it knows, not after being useful"
