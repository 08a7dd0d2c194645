"""Print for people: notes, tables and a spinner on stderr; results on stdout."""

from __future__ import annotations

import contextlib
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TextIO

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

# What a terminal would obey: a model's answer must not move the cursor or set the title.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_WIDE = 1000  # columns, where no terminal limits them


def result(text: str) -> None:
    """Plain text on stdout."""
    typer.echo(_CONTROL.sub("", text))


def machine(value: Any) -> None:
    """JSON on stdout, for programs."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def note(text: str | Text) -> None:
    """A line on stderr, taken as it is: neither markup nor control characters work in it."""
    plain = text.plain if isinstance(text, Text) else text
    style = text.style if isinstance(text, Text) else ""
    _stderr().print(Text(_CONTROL.sub("", plain), style=style), soft_wrap=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, on_stdout: bool) -> None:
    """A table; None is shown as -. Without a terminal nothing is cut to its width."""
    made = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        cells = ["-" if cell is None else str(cell) for cell in row]
        made.add_row(*(Text(_CONTROL.sub("", cell), overflow="fold") for cell in cells))
    (_stdout() if on_stdout else _stderr()).print(made)


@contextlib.contextmanager
def waiting(text: str) -> Iterator[Callable[[str], None]]:
    """A spinner on stderr while something takes its time; nothing where nobody looks.

    What it gives says something else from then on.
    """
    with _stderr().status(Text(text, style="dim")) as status:
        yield lambda other: status.update(Text(_CONTROL.sub("", other), style="dim"))


@contextlib.contextmanager
def progress(text: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on stderr; what it gives says how much of `total` is done. Nobody looks: no bar."""
    console = _stderr()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(text, total=total)
        yield lambda done: bar.update(task, completed=done)


def _stdout() -> Console:
    return _console(sys.stdout)


def _stderr() -> Console:
    return _console(sys.stderr)


def _console(stream: TextIO) -> Console:
    return Console(file=stream, highlight=False, width=None if stream.isatty() else _WIDE)
