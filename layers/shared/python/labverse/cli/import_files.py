"""Files of revenue events, line by line: JSON lines, and the CSV exports of Stripe."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from labverse.cli.failures import USAGE, Failure
from labverse.revenue import stripe
from labverse.revenue.stripe_rows import INVOICES, SUBSCRIPTIONS, Row

_LONGEST = 20_000  # bytes of an event; with names of 128 characters it has no 2,000
csv.field_size_limit(1 << 20)


class Line(NamedTuple):
    """An event as JSON text, or what is wrong with it, and where it stands."""

    file: str
    number: int
    text: str = ""
    problem: str = ""


class Source(NamedTuple):
    """What one import reads."""

    digest: str
    """Of all files: with another one, it is another import."""
    total: int
    """Lines in all files, for a bar."""
    lines: Iterator[Line]


def source(paths: Sequence[Path]) -> Source:
    """The events of all files together. Raises Failure."""
    digest, total = hashlib.sha256(), 0
    for path in paths:
        try:
            with path.open("rb") as file:
                for line in file:
                    digest.update(line)
                    total += 1
        except OSError as error:
            raise Failure(f"cannot read {path}: {error.strerror}", code=USAGE) from error
        digest.update(b"\0")
    return Source(digest.hexdigest(), total, _lines(paths))


def _lines(paths: Sequence[Path]) -> Iterator[Line]:
    tables = [path for path in paths if path.suffix.lower() == ".csv"]
    for path in paths:
        if path not in tables:
            yield from _json_lines(path)
    yield from _stripe(tables)


def _json_lines(path: Path) -> Iterator[Line]:
    """One event a line; a line without anything on it is passed over."""
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if raw.strip():
                yield _json_line(path.name, number, raw)


def _json_line(name: str, number: int, raw: bytes) -> Line:
    if len(raw) > _LONGEST:
        return Line(name, number, problem=f"longer than {_LONGEST} bytes")
    try:
        text = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip()
        given = json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        return Line(name, number, problem=f"no JSON: {error}")
    if not isinstance(given, dict):
        return Line(name, number, problem="no JSON object")
    return Line(name, number, text)


def _refused(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _stripe(paths: Sequence[Path]) -> Iterator[Line]:
    """Exports belong together: what invoices were for is in the subscriptions."""
    subscriptions: list[Row] = []
    invoices: list[Row] = []
    for path in paths:
        columns, rows = _table(path)
        if columns >= SUBSCRIPTIONS:
            subscriptions += rows
        elif columns >= INVOICES:
            invoices += rows
        else:
            raise _unknown(path, columns)
    if invoices and not subscriptions:
        step = "kimi revenue import subscriptions.csv invoices.csv"
        raise Failure("invoices need the export of subscriptions beside them", step, code=USAGE)
    for found in stripe.convert(subscriptions, invoices):
        if found.bad is not None:
            yield Line(found.row.file, found.row.line, problem=str(found.bad))
        else:
            yield Line(found.row.file, found.row.line, json.dumps(found.event))


def _table(path: Path) -> tuple[set[str], list[Row]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="")
            rows = [Row(path.name, reader.line_num, _cells(cells)) for cells in reader]
            return set(reader.fieldnames or ()), rows
    except (csv.Error, UnicodeDecodeError) as error:
        raise Failure(f"{path} is no CSV: {error}", code=USAGE) from error


def _cells(cells: Mapping[str | None, Any]) -> dict[str, str]:
    """Without what a row has beyond its header."""
    return {name: str(cell) for name, cell in cells.items() if name is not None}


def _unknown(path: Path, columns: set[str]) -> Failure:
    lacks = ", ".join(sorted(SUBSCRIPTIONS - columns))
    what = f"{path} is neither of Stripe's exports of subscriptions and invoices"
    return Failure(what, f"of the columns of subscriptions it lacks: {lacks}", code=USAGE)
