"""`kimi revenue import`: files into the ledger; begun again, it goes on where it was."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from labverse.cli import api, show, target
from labverse.cli.failures import REFUSED, Failure, Problem
from labverse.cli.import_files import Line, source
from labverse.cli.options import Json, Stage

_PATH = "/api/v2/revenue/events"
_MOST, _BYTES = 500, 900_000  # of one batch: what the API takes
_TRIES, _PAUSE = 5, 1.0
_SHOWN = 20
_PASSING = frozenset({429, 502, 503, 504})
Files = Annotated[list[Path], typer.Argument(metavar="FILE", help="docs/revenue.md says what.")]


@dataclass
class Progress:
    """How far an import is, and what came of it."""

    digest: str
    to: str
    """Which ledger."""
    done: int = 0
    """Lines that need not be sent again."""
    accepted: int = 0
    duplicate: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)

    def reject(self, line: Line, message: str) -> None:
        """Remember a bad line."""
        found = {"file": line.file, "line": line.number, "message": message}
        self.rejected.append(found)


def import_(files: Files, stage: Stage = target.LOCAL, as_json: Json = False) -> None:
    """Put JSON lines or Stripe's CSV exports into the ledger; what is sent twice counts once."""
    found = target.find(stage)
    given = source(files)
    kept = files[0].with_name(f".{files[0].name}.imported")
    progress = _begun(kept, given.digest, found.api_url)
    if progress.done:
        show.note(f"an import of this was interrupted: going on after {progress.done} events")
    with show.progress("importing", given.total) as advance:
        for batch in _batches(itertools.islice(given.lines, progress.done, None)):
            _send(found, batch, progress)
            _keep(kept, progress)
            advance(progress.done)
    kept.unlink(missing_ok=True)
    _tell(progress, as_json=as_json)


def _begun(kept: Path, digest: str, to: str) -> Progress:
    """What an interrupted import of the same files into the same ledger left, or a new one."""
    try:
        found = Progress(**json.loads(kept.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return Progress(digest, to)
    return found if (found.digest, found.to) == (digest, to) else Progress(digest, to)


def _keep(kept: Path, progress: Progress) -> None:
    """All of it or nothing. Where nothing can be written, an interrupted import begins anew."""
    fresh = kept.with_name(f"{kept.name}.new")
    try:
        fresh.write_text(json.dumps(asdict(progress)), encoding="utf-8")
        fresh.replace(kept)
    except OSError as error:
        show.note(f"cannot remember how far it is: {error}")


def _batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    batch: list[Line] = []
    size = 0
    for line in lines:
        length = len(line.text.encode()) + 1
        if batch and (len(batch) == _MOST or size + length > _BYTES):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += length
    if batch:
        yield batch


def _send(found: target.Target, batch: list[Line], progress: Progress) -> None:
    """One batch; a bad line takes nothing else with it. Raises Failure."""
    good = [line for line in batch if not line.problem]
    nothing: dict[str, Any] = {"accepted": 0, "duplicate": 0, "rejected": []}
    told = _posted(found, good) if good else nothing
    for line in batch:
        if line.problem:
            progress.reject(line, line.problem)
    for one in told["rejected"]:
        progress.reject(good[one["index"]], f"{one['field']}: {one['message']}")
    progress.accepted += told["accepted"]
    progress.duplicate += told["duplicate"]
    progress.done += len(batch)


def _posted(found: target.Target, good: list[Line]) -> dict[str, Any]:
    """The receipt; a ledger that is busy is asked again, and what it had kept is a duplicate."""
    body = f'{{"events": [{",".join(line.text for line in good)}]}}'
    for attempt in range(_TRIES):
        try:
            return api.post_text(found, _PATH, body)
        except Problem as problem:
            if problem.status not in _PASSING or attempt + 1 == _TRIES:
                raise _interrupted(problem) from problem
            time.sleep(_PAUSE * 2**attempt)
        except Failure as failure:
            raise _interrupted(failure) from failure
    raise AssertionError("the last try returns or raises")


def _interrupted(failure: Failure) -> Failure:
    again = "what was sent is kept: the same command goes on from there"
    return Failure(str(failure), *failure.steps, again, code=failure.code)


def _tell(progress: Progress, *, as_json: bool) -> None:
    if as_json:
        told = {name: getattr(progress, name) for name in ("accepted", "duplicate", "rejected")}
        show.machine(told)
    else:
        lines = len({(one["file"], one["line"]) for one in progress.rejected})
        show.result(
            f"{progress.accepted} events are new, {progress.duplicate} were there, "
            f"{lines} lines cannot be used"
        )
        for one in progress.rejected[:_SHOWN]:
            show.note(f"{one['file']}, line {one['line']}: {one['message']}")
        if len(progress.rejected) > _SHOWN:
            show.note(f"and {len(progress.rejected) - _SHOWN} more: --json lists all of them")
    if progress.rejected:
        raise typer.Exit(REFUSED)
