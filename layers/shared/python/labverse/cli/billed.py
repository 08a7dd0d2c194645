"""What providers say that they billed: on the command line, or in a CSV that was exported."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from labverse.cli.failures import USAGE, Failure

COLUMNS = ("provider", "model", "usd")
Bills = dict[str, Decimal]


def given(texts: Sequence[str]) -> Bills:
    """`openai=12.34`, each once or more. Raises Failure."""
    found: Bills = {}
    for text in texts:
        name, sign, amount = text.partition("=")
        if not (sign and name):
            raise Failure(f"--billed {text}", "write it so: --billed openai=12.34", code=USAGE)
        found[name] = found.get(name, Decimal(0)) + _usd(amount, f"--billed {text}")
    return found


def read(path: Path) -> tuple[Bills, Bills]:
    """By provider and by model, from a CSV with the columns provider, model, usd. Raises Failure.

    A row without a model counts for its provider alone.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _rows(csv.DictReader(file), path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Failure(f"{path} cannot be read: {error}", code=USAGE) from error


def _rows(rows: csv.DictReader[str], path: Path) -> tuple[Bills, Bills]:
    missing = {"provider", "usd"} - set(rows.fieldnames or ())
    if missing:
        what = f"{path} lacks the columns {', '.join(sorted(missing))}"
        raise Failure(what, f"it must have: {','.join(COLUMNS)}", code=USAGE)
    providers: Bills = {}
    models: Bills = {}
    for number, row in enumerate(rows, 2):
        where = f"{path}, row {number}"
        name = (row["provider"] or "").strip()
        if not name:
            raise Failure(f"{where}: no provider", code=USAGE)
        amount = _usd(row["usd"] or "", where)
        _add(providers, name, amount)
        if (row.get("model") or "").strip():
            _add(models, str(row["model"]).strip(), amount)
    return providers, models


def merged(bills: Iterable[Mapping[str, Decimal]]) -> Bills:
    """The sums by name."""
    found: Bills = {}
    for each in bills:
        for name, amount in each.items():
            _add(found, name, amount)
    return found


def _add(bills: Bills, name: str, amount: Decimal) -> None:
    bills[name] = bills.get(name, Decimal(0)) + amount


def _usd(text: str, where: str) -> Decimal:
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise Failure(f"{where}: {text!r} is no amount in US dollars", code=USAGE)
    return amount
