"""`kimi revenue`: budgets of channels towards a target, and events into and out of the ledger."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from labverse.cli import advice, api, show, target
from labverse.cli.exporting import export
from labverse.cli.failures import REFUSED, USAGE, Commands, Failure
from labverse.cli.importing import import_
from labverse.cli.options import Json, Stage

_PATH = "/api/v1/revenue/optimize"
_CHANNELS = "--channels"


class Aim(StrEnum):
    """What budgets are advised for."""

    conversion_rate = "conversion_rate"
    spend = "spend"
    target_mrr = "target_mrr"


class _Several(Commands):
    """`--channels a b` is `--channels a --channels b`, as long as no option follows."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Write the option before each of its values."""
        spread: list[str] = []
        several = first = False
        for word in args:
            if word.startswith("-"):
                several = first = word == _CHANNELS
            elif several and not first:
                spread.append(_CHANNELS)
            else:
                first = False
            spread.append(word)
        return list(super().parse_args(ctx, spread))


app = typer.Typer(cls=_Several)
app.command("import")(import_)
app.command()(export)


Target = Annotated[float | None, typer.Option(min=0, help="In the ledger's base currency.")]
Channels = Annotated[list[str] | None, typer.Option(help="Whose budgets: organic paid affiliate.")]
Type = Annotated[Aim, typer.Option(help="The same money better, less of it, or as much as needed.")]
Days = Annotated[int, typer.Option(min=7, max=365, help="In so many days.")]


@app.callback(invoke_without_command=True)
def revenue(  # noqa: PLR0913, PLR0917 - typer makes the options of these
    context: typer.Context,
    target_mrr: Target = None,
    channels: Channels = None,
    optimization_type: Type = Aim.target_mrr,
    days: Days = 90,
    stage: Stage = target.LOCAL,
    as_json: Json = False,
) -> None:
    """Advise what each channel should get, what that is expected to win, and what binds it."""
    if context.invoked_subcommand is not None:
        # Else they would be ignored, and another stage be written to than was asked for.
        if target_mrr is not None or channels or stage != target.LOCAL or as_json:
            name = context.invoked_subcommand
            raise Failure(f"put the options after {name}", f"kimi revenue {name} …", code=USAGE)
        return
    if target_mrr is None or not channels:
        step = "kimi revenue --target-mrr 100000 --channels organic paid affiliate"
        raise Failure("name the target and the channels", step, code=USAGE)
    body = {"target_mrr": target_mrr, "channels": channels, "days": days}
    body["optimization_type"] = optimization_type.value
    _advise(target.find(stage), body, as_json=as_json)


def _advise(found: target.Target, body: dict[str, Any], *, as_json: bool) -> None:
    told = api.post(found, _PATH, body, as_json=as_json)
    if as_json:
        show.machine(told)
    else:
        advice.show(told)
    if told["status"] == "too_thin":
        raise typer.Exit(REFUSED)
