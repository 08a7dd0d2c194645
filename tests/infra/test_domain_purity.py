"""Domain code imports only what is on this list: a forbidden-list would miss the next vendor."""

import ast

from tests.infra.places import CAPABILITIES, UNDEPLOYED
from tests.infra.tree import python_files, text

BASE = "layers/shared/python/labverse/"
WORDS = (*(row.word for row in CAPABILITIES), *UNDEPLOYED)
DOMAIN = [f"{BASE}{name}/" for name in ("kernel", "stats", *WORDS)]
FILES = [path for path in python_files() if path.startswith(tuple(DOMAIN))]

# Import roots without clock, environment, file, network or hidden randomness.
PURE = frozenset({
    "__future__", "abc", "base64", "bisect", "collections", "contextlib", "dataclasses",
    "datetime", "decimal", "enum", "fractions", "functools", "hashlib", "heapq", "hmac",
    "itertools", "json", "math", "operator", "re", "statistics", "string", "types", "typing",
    "unicodedata", "zoneinfo",
    "threading",  # for locks around what threads share
    "annotated_types", "pydantic", "pydantic_core", "numpy", "highspy", "pandas", "rfc8785",
    "labverse",
})  # fmt: skip
# Calls that reach the clock, a file or a terminal through a name that is pure otherwise.
IMPURE_CALLS = frozenset({
    "open", "input", "print", "exec", "eval", "__import__",
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today",
    "numpy.random.default_rng", "np.random.default_rng", "numpy.random.seed", "np.random.seed",
})  # fmt: skip


def _roots(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [str(node.module).partition(".")[0]]
    return []


def _impurities(path: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(text(path))):
        for root in set(_roots(node)) - PURE:
            line = getattr(node, "lineno", 0)
            found.append(f"{path}:{line} imports {root}: domain code is pure, move it to adapters")
        if isinstance(node, ast.Call) and ast.unparse(node.func) in IMPURE_CALLS:
            call = ast.unparse(node.func)
            found.append(f"{path}:{node.lineno} calls {call}(): take it as an argument")
    return found


def test_domain_is_pure() -> None:
    found = [line for path in FILES for line in _impurities(path)]
    found.append("(a module that is pure belongs on PURE in tests/infra/test_domain_purity.py)")
    assert len(found) == 1, "\n".join(found)


def test_every_domain_folder_is_looked_at() -> None:
    for word in WORDS:
        assert any(path.startswith(f"{BASE}{word}/") for path in FILES), word
