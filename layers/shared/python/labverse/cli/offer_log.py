"""`kimi upsell export` and `evaluate`: decisions as a log, and what one offer would have earned."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labverse.cli import show, target
from labverse.cli.failures import USAGE, Failure
from labverse.cli.options import Json, Stage
from labverse.kernel.errors import InvalidInput, Refused

if TYPE_CHECKING:
    import pandas as pd

_OWN = ("decision_id", "eligible")
_BETWEEN = "|"


class Method(StrEnum):
    """Inverse propensity, the same normalised, doubly robust."""

    ipw = "ipw"
    snipw = "snipw"
    dr = "dr"


def export(stage: Stage = target.LOCAL) -> None:
    """Write every decision whose reward is known as one JSON line to stdout."""
    found = target.find(stage)
    table = found.published("decisions-table")
    with found.asking_aws(f"reading the table {table}"):
        for row in rows(found.client("dynamodb"), table, datetime.now(UTC)):
            show.result(json.dumps(row))


def rows(client: Any, table: str, now: datetime) -> Iterator[dict[str, Any]]:
    """Of every decision with an outcome, or without one by its deadline: that is nothing."""
    for page in client.get_paginator("scan").paginate(TableName=table):
        for item in page["Items"]:
            if "record" in item:
                yield from _row(item, now)


def _row(item: Mapping[str, Any], now: datetime) -> Iterator[dict[str, Any]]:
    record = json.loads(item["record"]["S"])
    outcome = json.loads(item["outcome"]["S"]) if "outcome" in item else None
    if outcome is None and datetime.fromisoformat(record["reward_deadline"]) > now:
        return
    chances = record["probabilities"]
    yield {
        "decision_id": record["decision_id"],
        "user_segment": record["segment"],
        **record["context"],
        "eligible": _BETWEEN.join(sorted(name for name, chance in chances.items() if chance)),
        "action": record["offer"],
        "propensity": record["propensity"],
        "reward": outcome["reward_usd"] if outcome else 0.0,
    }


def evaluate(
    log: Annotated[Path, typer.Argument(help="What `export` wrote, or CSV with its columns.")],
    offer: Annotated[str | None, typer.Option(help="Only this one; else all in the log.")] = None,
    method: Annotated[Method, typer.Option(help="How to estimate.")] = Method.dr,
    as_json: Json = False,
) -> None:
    """Say what each offer would have brought wherever it was possible, by the log's propensities.

    Refuses where too few decisions speak about it.
    """
    frame = _read(log)
    offers = [offer] if offer else sorted(map(str, frame["action"].unique()))
    told = [_judged(frame, name, method) for name in offers]
    if as_json:
        show.machine(told)
    else:
        head = ("offer", "USD", "low", "high", "decisions", "they earned", "refused")
        show.table(head, ([_cell(value) for value in one.values()] for one in told), on_stdout=True)
    if all(one["refused"] for one in told):
        raise Failure("the log says too little about any of these", str(told[0]["refused"]))


def _judged(frame: pd.DataFrame, offer: str, method: Method) -> dict[str, Any]:
    from labverse.upsell.evaluate import evaluate as judge

    if "eligible" in frame:
        possible = frame["eligible"].str.split(_BETWEEN, regex=False)
        frame = frame[[offer in names for names in possible]]
    rows = frame.drop(columns=[name for name in _OWN if name in frame])
    nothing = {"value": None, "low": None, "high": None, "ess": None, "logged": None}
    try:
        found = judge(rows, offer, method.value)
    except Refused as refusal:
        return {"offer": offer, **nothing, "refused": str(refusal)}
    except InvalidInput as error:
        raise Failure(f"the log cannot be used: {error}", code=USAGE) from error
    numbers = dict(zip(("value", "low", "high", "ess"), map(float, found), strict=True))
    return {"offer": offer, **numbers, "logged": float(rows["reward"].mean()), "refused": None}


def _read(log: Path) -> pd.DataFrame:
    try:
        import pandas as pd
    except ImportError as error:
        raise Failure("this needs pandas", "pip install 'labverse[upsell]'", code=USAGE) from error
    try:
        frame = pd.read_csv(log) if log.suffix == ".csv" else pd.read_json(log, lines=True)
    except (OSError, ValueError) as error:
        raise Failure(f"{log} cannot be read: {error}", code=USAGE) from error
    if missing := {"action", "reward", "propensity"} - set(frame.columns):
        raise Failure(f"{log} has no column {', '.join(sorted(missing))}", code=USAGE)
    return frame


def _cell(value: Any) -> Any:
    return f"{value:.2f}" if isinstance(value, float) else value
