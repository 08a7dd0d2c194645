"""`kimi revenue export`: every event of the ledger, as JSON lines."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TextIO
from urllib.parse import quote

import typer

from labverse.cli import api, show, target
from labverse.cli.failures import USAGE, Failure
from labverse.cli.options import Stage

_PATH = "/api/v2/revenue/events"
Out = Annotated[Path | None, typer.Option("--out", help="A new file; without it, stdout.")]


def export(out: Out = None, stage: Stage = target.LOCAL) -> None:
    """Write every event as a JSON line; customers have names that mean nothing."""
    found, count = target.find(stage), 0
    unreadable: list[str] = []
    with _open(out) as file, show.waiting("exporting") as say:
        for event in _events(found, unreadable):
            file.write(json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
            say(f"{count} events")
    show.note(f"{count} events")
    if unreadable:
        ids = ", ".join(unreadable)
        raise Failure(f"records that cannot be read are not among them: {ids}")


def _events(found: target.Target, unreadable: list[str]) -> Iterator[Any]:
    after: str | None = None
    while True:
        query = f"?after={quote(after, safe='')}" if after is not None else ""
        told = api.get(found, f"{_PATH}{query}", as_json=False, key=True)
        yield from told["events"]
        unreadable += told["unreadable"]
        after = told["next"]
        if after is None:
            return


@contextlib.contextmanager
def _open(out: Path | None) -> Iterator[TextIO]:
    """Never over a file that is there: it may be the only other copy."""
    if out is None:
        yield sys.stdout
        return
    try:
        file = out.open("x", encoding="utf-8")
    except OSError as error:
        raise Failure(f"cannot write {out}: {error.strerror}", code=USAGE) from error
    try:
        with file:
            yield file
    except BaseException:
        out.unlink()  # a part of a ledger looks like a ledger
        raise
