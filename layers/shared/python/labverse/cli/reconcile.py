"""`kimi spend reconcile`: does the ledger hold at least what providers billed?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from labverse.cli import billed, show, target
from labverse.cli.months import Period, month, usd
from labverse.cli.options import Json, Stage

# Scripts must see that money is missing in the ledger.
SHORT = 1


@dataclass(frozen=True)
class Line:
    """One provider or model. What is settled is known; what is presumed may have cost less."""

    of: str
    name: str
    ledger: Decimal
    presumed: Decimal
    billed: Decimal | None

    @property
    def short(self) -> bool:
        """More was billed than the ledger holds."""
        return self.billed is not None and self.billed > self.ledger

    @property
    def verdict(self) -> str:
        """In plain words."""
        settled = self.ledger - self.presumed
        if self.billed is None:
            return "no bill given"
        if self.short:
            return f"SHORT: {self.billed - self.ledger:f} more was billed than the ledger holds"
        if self.billed == self.ledger:
            return "covered, to the micro-dollar"
        if self.billed >= settled:
            return f"covered; {self.ledger - self.billed:f} of what is presumed was not billed"
        return f"covered; {settled - self.billed:f} less was billed than was settled"

    def row(self) -> dict[str, Any]:
        """For programs."""
        return {
            "of": self.of,
            "name": self.name,
            "ledger_usd": float(self.ledger),
            "settled_usd": float(self.ledger - self.presumed),
            "presumed_usd": float(self.presumed),
            "billed_usd": None if self.billed is None else float(self.billed),
            "covered": None if self.billed is None else not self.short,
            "verdict": self.verdict,
        }


def reconcile(
    bill: Annotated[
        list[str] | None, typer.Option("--billed", help="What a provider billed: openai=12.34.")
    ] = None,
    bills: Annotated[
        Path | None, typer.Option(help="A CSV with the columns provider,model,usd.")
    ] = None,
    period: Period = None,
    stage: Stage = target.LOCAL,
    as_json: Json = False,
) -> None:
    """Compare a month of the ledger with what providers billed.

    Exit code 1: a provider billed more than the ledger holds.
    """
    providers, models = billed.read(bills) if bills else ({}, {})
    providers = billed.merged([providers, billed.given(bill or [])])
    told = month(target.find(stage), period, as_json=as_json)
    lines = [*_lines(told, "provider", providers), *_lines(told, "model", models)]
    if as_json:
        pages = {"period": told["period"], "pages": told["pages"]}
        show.machine({**pages, "lines": [line.row() for line in lines]})
    else:
        _print(told, lines)
    if any(line.short for line in lines):
        raise typer.Exit(SHORT)


def _lines(told: Mapping[str, Any], of: str, bills: Mapping[str, Decimal]) -> list[Line]:
    """Everything that the ledger or a bill names; models only where a bill does."""
    spent, presumed = told[f"by_{of}"], told[f"presumed_by_{of}"]
    names = dict.fromkeys([*spent, *bills] if of == "provider" else bills)
    return [
        Line(of, name, _exact(spent.get(name)), _exact(presumed.get(name)), bills.get(name))
        for name in names
    ]


def _print(told: Mapping[str, Any], lines: list[Line]) -> None:
    show.result(
        f"{told['period']}: {usd(told['spent_usd'])} USD in the ledger, "
        f"{usd(told['presumed_usd'])} of it presumed"
    )
    cells = [
        [
            f"{line.of} {line.name}",
            f"{line.ledger - line.presumed:f}",
            f"{line.presumed:f}",
            "-" if line.billed is None else f"{line.billed:f}",
            line.verdict,
        ]
        for line in lines
    ]
    show.table(("", "settled", "presumed", "billed", "verdict"), cells, on_stdout=True)
    for page in told["pages"]:
        _page(page)


def _page(page: Mapping[str, Any]) -> None:
    """What late settlements of one page would correct."""
    if not page["unsettled"]:
        show.note(f"page {page['page']}: every lease is settled, or still open")
        return
    since = f", the first since {page['since']}" if page["since"] else ", for a quarter of an hour"
    show.note(
        f"page {page['page']}: {page['unsettled']} leases expired unsettled{since}; late "
        f"settlements would take off up to {usd(page['presumed_usd'])} USD, and never add any"
    )


def _exact(amount: float | None) -> Decimal:
    return Decimal(str(amount or 0))
