"""A negotiation as people read it: the deal, what proves it, and what it is worth to whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.text import Text

from labverse.cli import show as screen

Told = Mapping[str, Any]
_STYLES = {"agreed": "bold green", "waiting": "bold yellow"}


def show(told: Told) -> None:
    """Everything there is of it; a part that is not there yet is left out."""
    reason = f": {told['reason']}" if told.get("reason") else ""
    screen.result(f"{told['id']}  {told['state']}{reason}")
    screen.note(Text(_about(told), style=_STYLES.get(told["state"], "bold")))
    if told.get("deal"):
        screen.table(("term", "value"), list(_terms(told["deal"])), on_stdout=True)
    if told.get("certificate"):
        _proof(told)
    if told.get("impact"):
        _impact(told)
    _arbitrage(told.get("arbitrage"))
    for position in told.get("positions", ()):
        screen.note(f"{position['agent']} ({position['role']}): {position['rationale']}")
    for warning in told.get("warnings", ()):
        whose = f" ({', '.join(warning['agents'])})" if warning.get("agents") else ""
        told_of = f"{warning['code']}{whose}: {warning['message']}"
        screen.note(Text(told_of, style="yellow"))
    for line in _next(told):
        screen.note(line)


def _about(told: Told) -> str:
    deal = told.get("deal")
    return str(deal["words"]) if deal else f"{told['goal']}: {' and '.join(told['platforms'])}"


def _terms(deal: Told) -> Iterator[tuple[str, str]]:
    terms = deal["terms"]
    yield "goal", _text(terms.get("goal"))
    for party in terms.get("parties", ()):
        yield party["role"], party["agent"]
    yield from ((name, _text(value)) for name, value in terms["deal"].items())
    yield "committed", f"{deal['committed']:,.2f} {deal['currency']} in {deal['month']}"
    yield "digest", deal["digest"]


def _proof(told: Told) -> None:
    """The numbers that a reader checks first; the rest is in the JSON."""
    found = told["certificate"]
    rows = [
        (name, _number(found[key]))
        for name, key in (
            ("lower bound of the largest regret", "lower_bound"),
            ("gap", "gap"),
            ("most that anybody gains by deviating", "deviation_max"),
            ("outcomes in the bargaining set", "bargaining_set"),
            ("outcomes with the same regret", "ties"),
        )
        if found.get(key) is not None
    ]
    nash = found.get("nash")
    if nash:
        rows.append(("product of gains, of Nash's point", _number(nash["ratio"])))
    if rows:
        screen.table(("certificate", ""), rows, on_stdout=True)
    agents = told["platforms"]
    columns = [found.get(name) for name in ("expected_gains", "values", "rho", "surplus_shares")]
    if all(isinstance(column, Sequence) for column in columns):
        cells = [[agent, *map(_number, row)] for agent, *row in zip(agents, *columns, strict=True)]
        head = ("agent", "gain, expected", "gain, risk-adjusted", "regret", "share of surplus")
        screen.table(head, cells, on_stdout=True)


def _impact(told: Told) -> None:
    found = told["impact"]
    currency = told["deal"]["currency"] if told.get("deal") else ""
    rows = [("together", found), *((agent["agent"], agent) for agent in found["per_agent"])]
    cells = [
        (
            name,
            _number(each["mean"]),
            _range(each["ci95"]),
            _range(each["pi90"]),
            f"{each['probability_of_gain']:.0%}",
        )
        for name, each in rows
    ]
    head = (f"impact, {currency} a month", "mean", "95 % CI of the mean", "90 % PI", "P(gain)")
    screen.table(head, cells, on_stdout=True)


def _arbitrage(found: Told | None) -> None:
    if not found:
        return
    kinds = [kind for kind in ("riskless", "robust", "expected") if found[kind]]
    told = " and ".join(kinds) or "none"
    worst, mean = _number(found["worst"]), _number(found["mean"])
    screen.note(f"arbitrage {found['between']}: {told} (mean {mean}, worst {worst} per mille)")


def _next(told: Told) -> Iterator[str]:
    approval = told.get("approval")
    if told["state"] == "waiting" and approval:
        yield f"a person decides: kimi approve yes {approval['id']}, or the buttons in Slack"
        yield f"how it ended: kimi negotiate --id {told['id']}"
    elif told.get("reason") == "already_agreed":
        yield "agreed for this month, or somebody is asked about it: kimi approve list"
    elif approval and approval.get("decided_by"):
        yield f"{approval['state']} by {approval['decided_by']}"


def _number(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return "-" if value is None else ("yes" if value else "no")
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def _range(pair: Sequence[float]) -> str:
    return f"{_number(pair[0])} to {_number(pair[1])}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
