"""`kimi checkin`: the day's revenue health on one screen, and what waits for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from labverse.approve.cards import plain
from labverse.cli import api, show, target
from labverse.cli.failures import Failure
from labverse.cli.options import Json, Stage

_PATH = "/api/v2/revenue/checkin"
_APPROVALS = "/api/v2/approvals?state=requested"
_LINE = 120
Told = Mapping[str, Any]


def checkin(stage: Stage = target.LOCAL, as_json: Json = False) -> None:
    """Show MRR, how it moved, what is unusual, what was spent, and what to do next."""
    found = target.find(stage)
    told = api.get(found, _PATH, as_json=as_json, key=True)
    approvals = _approvals(found)
    if as_json:
        show.machine({**told, "approvals": approvals})
        return
    _mrr(told)
    _anomalies(told)
    _spend(told["spend"])
    _next(told, approvals)


def _approvals(found: target.Target) -> list[dict[str, Any]] | None:
    """What is open; None without the key of a person, who alone may see it."""
    try:
        person = found.as_person()
        return list(api.get(person, _APPROVALS, as_json=False, key=True)["approvals"])
    except Failure:
        return None


def _mrr(told: Told) -> None:
    today = told["today"]
    show.result(
        f"MRR {_money(today['mrr'])} {told['currency']}, {today['customers']} customers, "
        f"{_money(today['arpa'])} each ({today['day']} UTC, not over yet)"
    )
    ratios = ("weekly_growth", "net_retention", "gross_retention")
    shares = [f"{name.replace('_', ' ')} {_share(today[name])}" for name in ratios]
    quick = today["quick_ratio"]
    shares.append(f"quick ratio {'-' if quick is None else f'{quick:.2f}'}")
    show.result(", ".join(shares))
    kinds = ("new", "expansion", "reactivation", "contraction", "churn", "change")
    rows = [
        ["today" if one["days"] == 1 else f"{one['days']} days", *(_money(one[k]) for k in kinds)]
        for one in told["movements"]
    ]
    show.table(("", *kinds), rows, on_stdout=True)


def _anomalies(told: Told) -> None:
    for one in told["anomalies"]:
        line = (
            f"unusual on {one['day']}: {one['what']} {_money(one['amount'])} "
            f"(usual {_money(one['usual'])}, limit {_money(one['limit'])})"
        )
        show.note(Text(line, style="bold yellow"))
    if not told["anomalies"]:
        show.note("nothing unusual in the last 7 days")


def _spend(told: Told) -> None:
    rows = [
        (one["channel"], _money(one["week"]), _money(one["month"]), _money(one["won"]),
         _money(one["per_new_mrr"]))
        for one in told["channels"]
    ]  # fmt: skip
    if rows:
        rows.append(("together", _money(told["week"]), _money(told["month"]), None, None))  # type: ignore[arg-type]
        head = ("spend", "7 days", "30 days", "new MRR, 30 days", "spend per new MRR")
        show.table(head, rows, on_stdout=True)


def _next(told: Told, approvals: list[dict[str, Any]] | None) -> None:
    if approvals is None:
        show.note("open approvals are shown to a person's key: kimi approve list")
    for one in approvals or ():
        title = plain(one["title"], _LINE)
        show.result(f"waits for a person: {title} (kimi approve yes {one['id']})")
    for number, one in enumerate(told["next_actions"], start=1):
        show.result(f"{number}. {one['what']} {one['why']}")
        if one["command"]:
            show.result(f"   {one['command']}")
    if not told["next_actions"]:
        show.result("nothing to do")


def _money(amount: float | None) -> str:
    return "-" if amount is None else f"{amount:,.2f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"
