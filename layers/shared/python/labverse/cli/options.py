"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Stage = Annotated[
    str,
    typer.Option(help="local (what `make up` started), or a stage deployed to AWS, such as dev."),
]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable JSON on stdout.")]
