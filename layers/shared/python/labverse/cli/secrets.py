"""`kimi secrets`: which secrets there are and when they changed; never what they hold."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from labverse.cli import show, target
from labverse.cli.failures import USAGE, Commands, Failure
from labverse.cli.options import Json, Stage
from labverse.cli.rotation import rotate as start

ROTATED = ("key-pepper", "webhook-signing", "session-signing", "provider-keys")
NAMES = (*ROTATED, "provider-admin", "slack")

app = typer.Typer(cls=Commands, no_args_is_help=True, help="Secrets, and their rotation.")


@app.command("list")
def list_(stage: Stage = target.LOCAL, as_json: Json = False) -> None:
    """List the secrets with the labels of their versions; never a value."""
    found = target.find(stage)
    rows = [_told(found, name) for name in NAMES]
    if as_json:
        show.machine(rows)
        return
    cells = [
        [row["name"], row["changed_at"], row["rotated_at"], _labels(row["versions"])]
        for row in rows
    ]
    show.table(("name", "changed", "rotated", "versions"), cells, on_stdout=True)


@app.command()
def rotate(
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join(ROTATED)}.")],
    stage: Stage = target.LOCAL,
) -> None:
    """Rotate a secret now; what was signed with the old value stays good until the next time."""
    if name not in ROTATED:
        raise Failure(f"{name!r} does not rotate", f"one of: {', '.join(ROTATED)}", code=USAGE)
    found = target.find(stage)
    done = start(found, found.published(f"{name}-secret"))
    later = "the rotation of {} has begun; kimi secrets list shows when it is done"
    show.note(("{} is rotated" if done else later).format(name))


def _told(found: target.Target, name: str) -> dict[str, Any]:
    secret = found.published(f"{name}-secret")
    with found.asking_aws(f"describing the secret {secret}"):
        told = found.client("secretsmanager").describe_secret(SecretId=secret)
    return {
        "name": name,
        "changed_at": _when(told.get("LastChangedDate")),
        "rotated_at": _when(told.get("LastRotatedDate")),
        "versions": {
            version: sorted(labels)
            for version, labels in sorted(told.get("VersionIdsToStages", {}).items())
        },
    }


def _when(moment: Any) -> str | None:
    return None if moment is None else str(moment.isoformat(timespec="seconds"))


def _labels(versions: dict[str, list[str]]) -> str:
    return "; ".join(f"{version[:8]} {', '.join(labels)}" for version, labels in versions.items())
