"""Tables in the README that are made from code, between `<!-- name -->` and `<!-- /name -->`."""

import re
from collections.abc import Iterable
from typing import Any

from infra_cdk.config import ROOT
from labverse.route.config import RouteConfig


def render(text: str, document: dict[str, Any]) -> str:
    """`text` with every generated table as the code has it now.

    Raises ValueError when the README lacks a table's markers.
    """
    made = {
        "commands": table(("command", "does"), _commands()),
        "routes": table(("method and path", "scope", "purpose"), _routes(document)),
        "config": table(("member", "type", "meaning"), _config()),
    }
    for name, rows in made.items():
        text = between(text, name, rows, "README.md")
    return text


def between(text: str, name: str, made: str, page: str) -> str:
    """`text` with `made` between its markers. Raises ValueError when `page` lacks them."""
    start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, found, rest = text.partition(start)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"{page} lacks the markers <!-- {name} --> and {end}")
    return before + start + made + end + after


def _commands() -> Iterable[tuple[str, ...]]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for name, does in re.findall(r"^([a-z]+):.*?## (.+)$", makefile, re.MULTILINE):
        yield f"`make {name}`", does


def _routes(document: dict[str, Any]) -> Iterable[tuple[str, ...]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield f"`{method.upper()} {path}`", operation["x-labverse-scope"], operation["summary"]


def _config() -> Iterable[tuple[str, ...]]:
    for name, member in RouteConfig.model_json_schema()["properties"].items():
        yield f"`{name}`", member.get("type", "object"), member.get("description", "")


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
