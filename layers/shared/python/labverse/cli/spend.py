"""`kimi spend`: what a month has cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote

import typer

from labverse.cli import api, show, target
from labverse.cli.options import Json, Stage


class By(StrEnum):
    """What the money is broken down by."""

    provider = "provider"
    model = "model"
    key = "key"
    task_class = "class"


def spend(
    by: Annotated[By, typer.Option(help="What to break it down by.")] = By.provider,
    period: Annotated[
        str | None, typer.Option(help="A month by UTC, such as 2026-11; without it, this one.")
    ] = None,
    stage: Stage = target.LOCAL,
    as_json: Json = False,
) -> None:
    """Show what a month has cost, exactly, and what of its budget is left."""
    found = target.find(stage)
    query = f"?period={quote(period)}" if period else ""
    with show.waiting("reading the ledger"):
        told = api.get(found, f"/api/v1/spend{query}", as_json=as_json, key=True)
    if as_json:
        show.machine(told)
    else:
        _print(told, by)


def _print(told: Mapping[str, Any], by: By) -> None:
    spent, limit = told["spent_usd"], told["limit_usd"]
    share = f"{spent / limit:.1%} of {_usd(limit)} USD" if limit else "there is no budget"
    stop = f"hard stop at {_usd(told['stop_usd'])}"
    show.result(f"{told['period']}: {_usd(spent)} USD spent, {share}, {stop}: {told['state']}")
    if told["reserved_usd"]:
        show.note(f"{_usd(told['reserved_usd'])} USD are held for calls that are not settled yet")
    rows = [(name, _usd(cost)) for name, cost in told[f"by_{by.value}"].items()]
    show.table((by.value, "USD"), rows, on_stdout=True)
    _recommend(told.get("recommendations", ()))


def _recommend(found: Sequence[Mapping[str, Any]] | None) -> None:
    if found is None:
        show.note("what would have cost less cannot be read at the moment")
    for one in found or ():
        low, high = _usd(one["low_usd"]), _usd(one["high_usd"])
        show.result(
            f"{one['task_class']}: {one['instead']} in place of {one['model']} would have saved "
            f"{_usd(one['saving_usd'])} USD on {one['tasks']} tasks "
            f"({low} to {high} with {one['confidence']:.0%} confidence)"
        )
        show.note(f"  {one['why']}")


def _usd(amount: float) -> str:
    """To the micro-dollar: the API's numbers have at most six decimals."""
    return f"{Decimal(str(amount)):f}"
