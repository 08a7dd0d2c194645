"""`kimi providers`: the keys with which the product calls model providers."""

from __future__ import annotations

import json
import sys
from getpass import getpass
from typing import Annotated, Any

import typer

from labverse.cli import api, show, target
from labverse.cli.failures import USAGE, Commands, Failure
from labverse.cli.options import Stage

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
    key = _read()
    secret = found.published("provider-keys-secret")
    client = found.client("secretsmanager")
    with found.asking_aws(f"writing the secret {secret}"):
        kept = _kept(client, secret)
        client.put_secret_value(
            SecretId=secret, SecretString=json.dumps({**kept, name: key}, sort_keys=True)
        )
    show.note(f"stored; functions use it within 5 minutes, or when {name} next answers 401")


def _check(found: target.Target, name: str) -> None:
    """The deployment itself says which providers it is configured for."""
    health = api.get(found, "/health", as_json=False).get("ai_providers") or {}
    known = sorted({one["provider"] for one in health.values() if one.get("provider")})
    if name not in known:
        what = f"this deployment has no provider {name!r}; it has: {', '.join(known) or 'none'}"
        raise Failure(what, "--force stores the key all the same", code=USAGE)


def _read() -> str:
    """The key from stdin: typed unseen, or piped; never from argv, which others can read."""
    text = getpass("key (not shown): ") if _typed() else sys.stdin.read()
    key = text.strip()
    if not key:
        raise Failure("no key on stdin", "pipe it: kimi providers set-key NAME < file", code=USAGE)
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise Failure("that is not a key: one line without spaces is expected", code=USAGE)
    return key


def _typed() -> bool:
    return sys.stdin.isatty()


def _kept(client: Any, secret: str) -> dict[str, str]:
    """The keys that are there already; none in a secret that never had a value."""
    try:
        text = client.get_secret_value(SecretId=secret)["SecretString"]
    except client.exceptions.ResourceNotFoundException:
        return {}
    try:
        kept = json.loads(text)
    except ValueError:
        kept = None
    if not isinstance(kept, dict):
        # Neither shown nor overwritten: it may hold something that somebody needs.
        what = f"the secret {secret} does not hold a JSON object of provider names and keys"
        raise Failure(what, "put {} into it with the AWS CLI, then run this again")
    return kept
