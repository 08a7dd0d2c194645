"""`kimi keys`: make, list and revoke API keys, with the caller's AWS credentials."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from labverse.adapters import doors
from labverse.adapters.dynamodb_keys import DynamoKeys
from labverse.cli import show, target
from labverse.cli.failures import UNREACHABLE, Commands, Failure
from labverse.cli.options import Json, Stage
from labverse.kernel.errors import InvalidInput, LabverseError, Unavailable
from labverse.platform.key_registry import KeyRegistry
from labverse.platform.keys import SCOPES, KeyRecord, mint

app = typer.Typer(cls=Commands, no_args_is_help=True, help="API keys: who may ask, and for what.")


@app.command()
def create(
    name: Annotated[str, typer.Option(help="Who or what it is for.")],
    scopes: Annotated[str, typer.Option(help=f"Some of: {', '.join(sorted(SCOPES))}.")],
    person: Annotated[
        str | None, typer.Option(help="Whose it is, as team/user; needed for the scope approve.")
    ] = None,
    stage: Stage = target.LOCAL,
    as_json: Json = False,
) -> None:
    """Make a key and print it, once: only its hash is kept."""
    wanted = _scopes(scopes)
    if not name.strip():
        raise typer.BadParameter("say who or what the key is for", param_hint="--name")
    try:
        key, record = mint(name.strip(), wanted, datetime.now(UTC), person)
    except InvalidInput as error:
        raise typer.BadParameter(str(error), param_hint="--person") from None
    found = target.find(stage)
    with _asking(found):
        _registry(found).create(record)
    if as_json:
        show.machine({"key": key, **_told(record)})
    else:
        show.result(key)
    show.note("this key is shown once and kept nowhere: store it now")


@app.command("list")
def list_(stage: Stage = target.LOCAL, as_json: Json = False) -> None:
    """List the keys, revoked ones too; never the secrets, which nobody has."""
    found = target.find(stage)
    with _asking(found):
        rows = [_told(record) for record in _table(found).list()]
    if as_json:
        show.machine(rows)
        return
    columns = ("id", "name", "scopes", "person", "created_at", "revoked_at")
    cells = [[_cell(row[column]) for column in columns] for row in rows]
    show.table(("id", "name", "scopes", "person", "created", "revoked"), cells, on_stdout=True)


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="As `kimi keys list` shows it.")],
    stage: Stage = target.LOCAL,
) -> None:
    """Have a key open nothing from now on; functions may remember it for 30 seconds."""
    found = target.find(stage)
    with _asking(found):
        _registry(found).revoke(key_id, datetime.now(UTC))
    show.note(f"{key_id} is revoked; functions that just used it forget it within 30 s")


def _table(found: target.Target) -> DynamoKeys:
    return DynamoKeys(_table_name(found), found.client("dynamodb"))


def _registry(found: target.Target) -> KeyRegistry:
    """Who writes a key must be able to read the pepper, with which its record is sealed."""
    dynamodb, secrets = found.client("dynamodb"), found.client("secretsmanager")
    return doors.registry(found.stage, _table_name(found), dynamodb, secrets)


def _table_name(found: target.Target) -> str:
    return str(found.facts.get("keys_table") or found.published("keys-table"))


@contextmanager
def _asking(found: target.Target) -> Iterator[None]:
    """Errors of the product's own code become Failures."""
    try:
        yield
    except Unavailable as error:
        raise Failure(f"{error} ({error.__cause__})", found.help, code=UNREACHABLE) from error
    except LabverseError as error:
        raise Failure(str(error), "kimi keys list shows those there are") from error


def _scopes(text: str) -> frozenset[str]:
    wanted = frozenset(part.strip() for part in text.split(",") if part.strip())
    unknown = sorted(wanted - SCOPES)
    if unknown or not wanted:
        what = f"unknown: {', '.join(unknown)}" if unknown else "name at least one"
        known = f"known: {', '.join(sorted(SCOPES))}"
        raise typer.BadParameter(f"{what}; {known}", param_hint="--scopes")
    return wanted


def _told(record: KeyRecord) -> dict[str, Any]:
    return {
        "id": record.key_id,
        "name": record.name,
        "scopes": sorted(record.scopes),
        "person": record.person,
        "created_at": record.created_at.isoformat(timespec="seconds"),
        "revoked_at": record.revoked_at and record.revoked_at.isoformat(timespec="seconds"),
    }


def _cell(value: Any) -> Any:
    return ", ".join(value) if isinstance(value, list) else value
