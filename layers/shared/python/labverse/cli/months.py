"""A month of the ledger, as the API tells it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import quote

import typer

from labverse.cli import api, show
from labverse.cli.target import Target

Period = Annotated[
    str | None, typer.Option(help="A month by UTC, such as 2026-11; without it, this one.")
]


def month(found: Target, period: str | None, *, as_json: bool) -> dict[str, Any]:
    """The answer of `GET /api/v1/spend`. Raises Failure."""
    query = f"?period={quote(period)}" if period else ""
    with show.waiting("reading the ledger"):
        return api.get(found, f"/api/v1/spend{query}", as_json=as_json, key=True)


def usd(amount: float) -> str:
    """To the micro-dollar: the API's numbers have at most six decimals."""
    return f"{Decimal(str(amount)):f}"
