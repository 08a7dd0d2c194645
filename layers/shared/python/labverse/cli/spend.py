"""`kimi spend`: what a month has cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer

from labverse.cli import show, target
from labverse.cli.failures import USAGE, Commands, Failure
from labverse.cli.months import Period, month, usd
from labverse.cli.options import Json, Stage
from labverse.cli.reconcile import reconcile


class By(StrEnum):
    """What the money is broken down by."""

    provider = "provider"
    model = "model"
    key = "key"
    task_class = "class"


app = typer.Typer(cls=Commands)
app.command()(reconcile)


@app.callback(invoke_without_command=True)
def spend(
    context: typer.Context,
    by: Annotated[By, typer.Option(help="What to break it down by.")] = By.provider,
    period: Period = None,
    stage: Stage = target.LOCAL,
    as_json: Json = False,
) -> None:
    """Show what a month has cost, exactly, and what of its budget is left."""
    if context.invoked_subcommand is not None:
        # Else they would be ignored, and another month or stage be read than was asked for.
        if (by, period, stage, as_json) != (By.provider, None, target.LOCAL, False):
            name = context.invoked_subcommand
            raise Failure(f"put the options after {name}", f"kimi spend {name} …", code=USAGE)
        return
    told = month(target.find(stage), period, as_json=as_json)
    if as_json:
        show.machine(told)
    else:
        _print(told, by)


def _print(told: Mapping[str, Any], by: By) -> None:
    spent, limit = told["spent_usd"], told["limit_usd"]
    share = f"{spent / limit:.1%} of {usd(limit)} USD" if limit else "there is no budget"
    stop = f"hard stop at {usd(told['stop_usd'])}"
    show.result(f"{told['period']}: {usd(spent)} USD spent, {share}, {stop}: {told['state']}")
    if told["reserved_usd"]:
        show.note(f"{usd(told['reserved_usd'])} USD are held for calls that are not settled yet")
    if told.get("presumed_usd"):
        show.note(f"{usd(told['presumed_usd'])} USD of it nobody settled: see kimi spend reconcile")
    rows = [(name, usd(cost)) for name, cost in told[f"by_{by.value}"].items()]
    show.table((by.value, "USD"), rows, on_stdout=True)
    _recommend(told.get("recommendations", ()))


def _recommend(found: Sequence[Mapping[str, Any]] | None) -> None:
    if found is None:
        show.note("what would have cost less cannot be read at the moment")
    for one in found or ():
        low, high = usd(one["low_usd"]), usd(one["high_usd"])
        show.result(
            f"{one['task_class']}: {one['instead']} in place of {one['model']} would have saved "
            f"{usd(one['saving_usd'])} USD on {one['tasks']} tasks "
            f"({low} to {high} with {one['confidence']:.0%} confidence)"
        )
        show.note(f"  {one['why']}")
