"""`kimi providers`: the models that are asked, how they are, and the keys they are called with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from labverse.cli import api, show, target, typed
from labverse.cli.amending import amended
from labverse.cli.failures import USAGE, Commands, Failure
from labverse.cli.options import Json, Stage
from labverse.guard.bundle import Bundle

app = typer.Typer(cls=Commands, help="Model providers, how they are, and their keys.")

_COLUMNS = ("model", "provider", "state", "until", "why", "p50_ms", "p95_ms", "calls", "USD per M")


@app.callback(invoke_without_command=True)
def providers(context: typer.Context, stage: Stage = target.LOCAL, as_json: Json = False) -> None:
    """Show every model that is asked: its provider's breaker, its latency, its price."""
    if context.invoked_subcommand is not None:
        _refuse_options(context.invoked_subcommand, given=as_json or stage != target.LOCAL)
        return
    found = target.find(stage)
    with show.waiting("asking how they are"):
        told = api.get(found, "/api/v1/providers", as_json=as_json, key=True)
    if as_json:
        show.machine(told)
    else:
        rows = [_row(one) for one in told["providers"]]
        show.table(_COLUMNS, rows, on_stdout=True)


def _refuse_options(command: str, *, given: bool) -> None:
    """Before a command they would be read and have no effect: on another stage, for example."""
    if given:
        step = f"put it behind: kimi providers {command} --stage ..."
        raise Failure("an option before the command does nothing", step, code=USAGE)


def _row(one: Mapping[str, Any]) -> list[Any]:
    price = one.get("price")
    # Behind the alias, what it means today.
    model = one["model"] if one["alias"] == one["model"] else f"{one['alias']} = {one['model']}"
    seen = [one.get(column) for column in _COLUMNS[1:-1]]
    return [model, *seen, f"{price['input']} in, {price['output']} out" if price else "free"]


@app.command("set-key")
def set_key(
    name: Annotated[str, typer.Argument(help="The provider: openai, not openai-gpt-4o-mini.")],
    stage: Stage = target.LOCAL,
    force: Annotated[
        bool, typer.Option("--force", help="Store it although no provider has this name.")
    ] = False,
) -> None:
    """Store a provider's key, read from stdin, in the deployment's one secret."""
    found = target.find(stage)
    if not force:
        _check(found, name)
    key, now = typed.secret("key", "kimi providers set-key NAME"), datetime.now(UTC)
    amended(
        found,
        "provider-keys-secret",
        lambda text: Bundle.parse(text).with_key(name, key, now).text(),
    )
    show.note(f"stored; functions use it within 5 minutes, or when {name} next answers 401")


def _check(found: target.Target, name: str) -> None:
    """The deployment itself says which providers it is configured for."""
    health = api.get(found, "/health", as_json=False).get("ai_providers") or {}
    known = sorted({one["provider"] for one in health.values() if one.get("provider")})
    if name not in known:
        what = f"this deployment has no provider {name!r}; it has: {', '.join(known) or 'none'}"
        raise Failure(what, "--force stores the key all the same", code=USAGE)
