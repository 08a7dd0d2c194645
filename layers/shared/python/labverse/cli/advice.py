"""Advice about budgets as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from labverse.cli import show as screen

Told = Mapping[str, Any]
_BINDING = {
    "budget": "the next unit of money wins as much on every channel: only more money would help",
    "target": "it is held to its target: less would miss it, more is not needed",
    "payback": "money beyond this would not pay back in the time that the policy allows",
    "trust_region": "the next step lies beyond what the history or the policy supports",
    "evidence": "a larger change is not sure enough to gain",
    "data": "there is too little data",
}
_LIMIT = 12


def show(told: Told) -> None:
    """The plan, what it is worth, and what is missing."""
    if told["status"] == "too_thin":
        screen.note(Text("there is too little data for advice", style="bold yellow"))
    else:
        _plan(told)
    _missing(told["missing"])
    _outlook(told)
    for one in told["backtest"]:
        screen.note(
            f"advised on {one['as_of']}: promised {_money(one['expected'])} a day, by later days "
            f"{_money(one['turned_out'])} ({_money(one['low'])} to {_money(one['high'])})"
        )
    if told["status"] != "too_thin":
        for line in told["assumptions"]:
            screen.note(f"assumed: {line}")


def _plan(told: Told) -> None:
    unit = f"{told['currency']} a day"
    rows = [
        (
            one["channel"],
            _money(one["current"]),
            _money(one["recommended"]),
            _change(one["current"], one["recommended"]),
            _rate(one["marginal_before"]),
            _rate(one["marginal_after"]),
        )
        for one in told["channels"]
    ]
    head = ("channel", unit, "advised", "change", "next unit wins", "then")
    screen.table(head, rows, on_stdout=True)
    effect, sure = told["effect"], 1 - told["probability_of_loss"]
    if told["status"] == "hold":
        screen.result("nothing is better than today's budgets, as far as the data tell")
    else:
        screen.result(
            f"new MRR: {_money(effect['expected'])} a day more than today "
            f"({_money(effect['low'])} to {_money(effect['high'])}; not less with {sure:.1%})"
        )
    if told["payback_months"] is not None:
        screen.result(f"what is spent more has paid back after {told['payback_months']:.1f} months")
    screen.result(f"what binds it: {told['binding']}: {_BINDING[told['binding']]}")


def _outlook(told: Told) -> None:
    found = told["outlook"]
    verdict = "expected to be reached" if found["reached"] else "not expected to be reached"
    screen.result(
        f"MRR {_money(found['mrr'])} {told['currency']}; in {found['days']} days "
        f"{_money(found['expected'])} ({_money(found['low'])} to {_money(found['high'])}), "
        f"without a change {_money(found['without'])}; {_money(found['target_mrr'])} is {verdict}"
    )


def _missing(found: list[Told]) -> None:
    for one in found[:_LIMIT]:
        lacks = f"{one['have']:g} of {one['need']:g} {one['what']}"
        screen.note(Text(f"{one['channel']}: {lacks}", style="yellow"))


def _money(amount: float) -> str:
    return f"{amount:,.2f}"


def _rate(value: float | None) -> str | None:
    return None if value is None else f"{value:.3g}"


def _change(before: float, after: float) -> str | None:
    return f"{after / before - 1:+.0%}" if before > 0 else None
