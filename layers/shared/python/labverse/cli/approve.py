"""`kimi approve`: what people are asked to decide, and one's own yes or no to it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from labverse.approve.cards import plain
from labverse.approve.deciding import Shown
from labverse.approve.models import Answer, State
from labverse.approve.replies import WORDS
from labverse.cli import api, show, target
from labverse.cli.failures import USAGE, Commands, Failure
from labverse.cli.options import Json, Stage

_PATH = "/api/v2/approvals"
_LINE = 300
_DONE = {Shown.APPROVED, Shown.VETOED, Shown.COUNTED, Shown.ALREADY_COUNTED}

app = typer.Typer(
    cls=Commands, no_args_is_help=True, help="Questions that wait for a person's yes or no."
)
Id = Annotated[str, typer.Argument(metavar="ID", help="As `kimi approve list` shows it.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask whether it is meant.")]
Wanted = Annotated[State | None, typer.Option("--state", help="Without it: what is open.")]
All = Annotated[bool, typer.Option("--all", help="Also what is decided.")]


@app.command("list")
def list_(
    state: Wanted = None, every: All = False, stage: Stage = target.LOCAL, as_json: Json = False
) -> None:
    """List what waits for a decision, the newest first."""
    found = target.find(stage).as_person()
    approvals = _listed(found, None if every else state or State.REQUESTED, as_json=as_json)
    if as_json:
        show.machine(approvals)
        return
    rows = [
        [one["id"], one["state"], plain(one["title"], _LINE), one["requester"], _votes(one),
         one["decided_by"] or f"until {one['expires_at']}"]
        for one in approvals
    ]  # fmt: skip
    columns = ("id", "state", "title", "asked by", "approvals", "decided")
    show.table(columns, rows, on_stdout=True)


@app.command()
def yes(
    approval_id: Id, sure: Yes = False, stage: Stage = target.LOCAL, as_json: Json = False
) -> None:
    """Approve it, on exactly the terms that are shown."""
    _answer(approval_id, Answer.APPROVE, stage, sure=sure, as_json=as_json)


@app.command()
def veto(
    approval_id: Id, sure: Yes = False, stage: Stage = target.LOCAL, as_json: Json = False
) -> None:
    """Veto it: it will not happen, and cannot be approved any more."""
    _answer(approval_id, Answer.VETO, stage, sure=sure, as_json=as_json)


def _answer(approval_id: str, answer: Answer, stage: str, *, sure: bool, as_json: bool) -> None:
    found = target.find(stage).as_person()
    approval = _found(found, approval_id, as_json=as_json)
    _show(approval)
    if approval["state"] != State.REQUESTED:
        by = f" by {approval['decided_by']}" if approval["decided_by"] else ""
        raise Failure(f"it is {approval['state']}{by} already: nothing was changed")
    if not sure:
        _confirm(answer)
    body = {"answer": str(answer), "terms_digest": approval["terms_digest"]}
    told = api.post(found, f"{_PATH}/{approval['id']}", body, as_json=as_json)
    if as_json:
        show.machine(told)
    else:
        show.result(WORDS.get(told["shown"], told["shown"]))
    if told["shown"] not in _DONE:
        raise Failure("your answer changed nothing")


def _listed(found: target.Target, state: State | None, *, as_json: bool) -> list[dict[str, Any]]:
    path = f"{_PATH}?state={state}" if state else _PATH
    return list(api.get(found, path, as_json=as_json, key=True)["approvals"])


def _found(found: target.Target, approval_id: str, *, as_json: bool) -> dict[str, Any]:
    """What is open first: of what is over, only the newest are listed."""
    for state in (State.REQUESTED, None):
        for one in _listed(found, state, as_json=as_json):
            if one["id"] == approval_id:
                return one
    raise Failure(f"there is no approval {approval_id!r}", "kimi approve list --all")


def _show(approval: Mapping[str, Any]) -> None:
    """Texts may come from outside: nothing invisible in them can turn anything around."""
    show.note(plain(approval["title"], _LINE))
    for fact in approval["facts"]:
        show.note(f"  {plain(fact['label'], _LINE)}: {plain(fact['value'], _LINE)}")
    show.note(f"  asked by {plain(approval['requester'], _LINE)}, until {approval['expires_at']}")
    show.note(f"  terms {approval['terms_digest']}")


def _confirm(answer: Answer) -> None:
    if not _somebody_is_there():
        raise Failure("nobody is there to confirm it", "--yes answers without asking", code=USAGE)
    if not typer.confirm(f"{answer.capitalize()} this?", err=True):
        raise Failure("nothing was changed")


def _somebody_is_there() -> bool:
    return sys.stdin.isatty()


def _votes(approval: Mapping[str, Any]) -> str:
    return f"{len(approval['votes'])} of {approval['quorum']}"
