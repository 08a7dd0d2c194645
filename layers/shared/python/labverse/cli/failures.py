"""What can go wrong for a person at a terminal, with the exit code that scripts see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import typer
from rich.text import Text
from typer.core import TyperGroup

from labverse.cli import show

REFUSED, USAGE, DEGRADED, UNREACHABLE = 1, 2, 3, 4


class Failure(Exception):
    """An expected failure: one line that says what happened, others that say what to do."""

    def __init__(self, what: str, *steps: str, code: int = REFUSED) -> None:
        super().__init__(what)
        self.steps, self.code = steps, code


class Problem(Failure):
    """A refusal of the service, with its problem document (RFC 9457) in full."""

    def __init__(self, document: Mapping[str, Any], *, as_json: bool) -> None:
        title = document.get("title", "the request failed")
        super().__init__(f"{document.get('status', '')} {title}".strip(), *_details(document))
        self.status = document.get("status")
        self.document = document if as_json else None


def _details(document: Mapping[str, Any]) -> Iterator[str]:
    """Everything else it says, once."""
    detail = str(document.get("detail") or "")
    if detail:
        yield detail
    for item in document.get("errors") or ():
        field = f"{item['field']}: {item['message']}"
        if field not in detail:
            yield field
    for attempt in document.get("attempts") or ():
        yield f"tried {attempt['model']} ({attempt['provider']}): {attempt['outcome']}"
    for refused in document.get("refused") or ():
        yield f"not tried: {refused['model']}: {refused['reason']}"
    if document.get("trace_id"):
        yield f"trace id: {document['trace_id']}"


class Commands(TyperGroup):
    """Commands whose failures are told on stderr, without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; a Failure becomes its message and its exit code."""
        try:
            return super().invoke(ctx)
        except Failure as failure:
            if isinstance(failure, Problem) and failure.document:
                show.machine(failure.document)
            show.note(Text(f"error: {failure}", style="bold red"))
            for step in failure.steps:
                show.note(f"  {step}")
            raise typer.Exit(failure.code) from failure
