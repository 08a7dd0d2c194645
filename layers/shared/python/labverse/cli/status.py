"""`kimi status`: what is up, and what is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from labverse.cli import api, show, target
from labverse.cli.failures import DEGRADED
from labverse.cli.options import Json, Stage

_SHORT = ("state", "model", "last_error_code")
_LONG = ("state", "model", "resolves_to", "retires", "p95_ms", "last_error_code")


def status(
    stage: Stage = target.LOCAL,
    as_json: Json = False,
    detailed: Annotated[
        bool, typer.Option("--detailed", help="Also what a model resolves to, and its latency.")
    ] = False,
) -> None:
    """Show the health of a deployment. Exit code 0: ok, 3: degraded."""
    found = target.find(stage)
    with show.waiting("asking for its health"):
        health = api.get(found, "/health", as_json=as_json)
    if as_json:
        show.machine(health)
    else:
        _print(found.api_url, health, _LONG if detailed else _SHORT)
    if health.get("status") != "ok":
        raise typer.Exit(DEGRADED)


def _print(url: str, health: Mapping[str, Any], columns: tuple[str, ...]) -> None:
    show.result(f"{health.get('status')}, version {health.get('version')}, {url}")
    providers = health.get("ai_providers") or {}
    rows = [[name, *(found.get(column) for column in columns)] for name, found in providers.items()]
    show.table(("provider", *columns), rows, on_stdout=True)
    for found in providers.values():
        if found.get("warning"):
            show.note(f"warning: {found['warning']}")
    components = health.get("components") or {}
    show.table(("component", "state"), components.items(), on_stdout=True)
