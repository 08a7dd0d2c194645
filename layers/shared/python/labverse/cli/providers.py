"""`kimi providers`: the keys with which the product calls model providers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from labverse.adapters.secrets_vault import SecretsVault
from labverse.cli import api, show, target, typed
from labverse.cli.failures import USAGE, Commands, Failure
from labverse.cli.options import Stage
from labverse.guard.amend import amend
from labverse.guard.bundle import Bundle
from labverse.kernel.errors import InvalidInput, NotFound, Unavailable

app = typer.Typer(cls=Commands, no_args_is_help=True, help="Model providers and their keys.")


@app.callback()
def providers() -> None:
    """Without this, typer would take the one command for the whole group."""


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
    secret = found.published("provider-keys-secret")
    vault = SecretsVault(found.client("secretsmanager"))
    try:
        # Whatever else is set at the same time, by others or by a rotation, stays set.
        amend(vault, secret, lambda text: Bundle.parse(text).with_key(name, key, now).text())
    except Unavailable as error:
        raise Failure(f"writing the secret {secret}: {error}", found.help) from error
    except InvalidInput as error:
        # Neither shown nor overwritten: it may hold something that somebody needs.
        step = "put {} into it with the AWS CLI, then run this again"
        raise Failure(f"{secret}: {error}", step) from error
    except NotFound as error:
        raise Failure(f"{secret}: {error}", f"is stage {stage!r} deployed there?") from error
    show.note(f"stored; functions use it within 5 minutes, or when {name} next answers 401")


def _check(found: target.Target, name: str) -> None:
    """The deployment itself says which providers it is configured for."""
    health = api.get(found, "/health", as_json=False).get("ai_providers") or {}
    known = sorted({one["provider"] for one in health.values() if one.get("provider")})
    if name not in known:
        what = f"this deployment has no provider {name!r}; it has: {', '.join(known) or 'none'}"
        raise Failure(what, "--force stores the key all the same", code=USAGE)
