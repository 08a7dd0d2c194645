"""A capability is the same word in every place it has, and no place belongs to nobody."""

import ast
import re
from functools import cache

import pytest

from tests.infra.assembly import Assembly
from tests.infra.places import CAPABILITIES, NOT_CAPABILITIES, PLACES, Capability
from tests.infra.tree import ROOT, text, tracked

WORDS = {row.word for row in CAPABILITIES}
TABLE = "tests/infra/places.py"
# A handler exports these; what else is in it are builders.
ENTRY = re.compile(r"http|http_\w+|event|stream|task|task_\w+")
FOLDERS = {
    "functions/{}/",
    "layers/shared/python/labverse/{}/",
    "events/{}/",
    "tests/unit/{}/",
}
KINDS = sorted({p for p in PLACES.values() if p.count("/{}/") == 0} | FOLDERS)


@cache
def _named(pattern: str) -> frozenset[str]:
    """The words that `pattern` finds; a folder counts once git would hold a file in it."""
    expression = re.escape(pattern).replace(r"\{\}", "([^/]+)")
    wanted = re.compile(expression + (".+" if pattern.endswith("/") else "$"))
    return frozenset(match[1] for path in tracked() if (match := wanted.match(path)))


@pytest.mark.parametrize("row", CAPABILITIES, ids=lambda row: row.word)
def test_every_row_has_its_places(row: Capability) -> None:
    missing = [
        f"{row.word} has no {path} ({kind}): add it, or leave {kind!r} out of its row in {TABLE}"
        for kind, path in row.places().items()
        if not (any((ROOT / path).glob("*")) if path.endswith("/") else (ROOT / path).is_file())
    ]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("pattern", KINDS)
def test_every_place_has_a_row(pattern: str) -> None:
    orphans = [
        f"{pattern.format(word)} has no row in {TABLE}: add one or delete it"
        for word in sorted(_named(pattern) - WORDS - NOT_CAPABILITIES.get(pattern, set()))
    ]
    assert not orphans, "\n".join(orphans)


def test_a_place_that_is_left_out_is_not_there() -> None:
    there = [
        f"{path} exists, but the row of {row.word!r} in {TABLE} leaves {kind!r} out: say which"
        for row in CAPABILITIES
        for kind in row.without
        if (ROOT / (path := PLACES[kind].format(row.word))).exists()
    ]
    assert not there, "\n".join(there)


@pytest.mark.parametrize("word", sorted(WORDS))
def test_handler_exports_are_the_templates_functions(word: str, local: Assembly) -> None:
    path = f"functions/{word}/handler.py"
    tree = ast.parse(text(path))
    exported = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and ENTRY.fullmatch(node.name)
    }
    deployed = {
        str(function.properties["Handler"]).removeprefix("handler.")
        for function in local.functions()
        if local.word(function) == word
    }
    assert exported == deployed, (
        f"{path} exports {sorted(exported)}, infra_cdk/capabilities/{word}.py deploys "
        f"{sorted(deployed)}: give each entry one CapabilityFunction"
    )


def test_every_function_is_deployed_from_its_own_folder(local: Assembly) -> None:
    for function in local.functions():
        word = local.word(function)
        asset = local.asset(function) / "handler.py"
        assert word in WORDS, f"{function.path} serves {word!r}, which has no row in {TABLE}"
        assert asset.read_text(encoding="utf-8") == text(f"functions/{word}/handler.py"), (
            f"{function.path} says it serves {word!r} but is not made from functions/{word}/"
        )
