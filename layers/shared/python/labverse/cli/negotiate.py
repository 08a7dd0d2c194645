"""`kimi negotiate`: a deal between channels, once or in cycles; people decide it elsewhere."""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from labverse.cli import api, deals, show, target
from labverse.cli.failures import REFUSED, USAGE, Failure, Problem
from labverse.cli.options import Json, Stage

PATH = "/api/v2/negotiations"
_GOAL = "Cross-platform content syndication"
_CONFLICT = 409
_POLL_SECONDS = 0.5
# A workflow that solves is done in seconds; whoever waits longer is told how to look later.
_PATIENCE_SECONDS = 120.0


class Mode(StrEnum):
    """Once, or again and again."""

    single = "single"
    autonomous = "autonomous"


Goal = Annotated[str, typer.Option(help="What the deal is for; config/policy/negotiate.json.")]
Platforms = Annotated[
    list[str] | None, typer.Option(help="The buyer of reach, then the seller: tiktok spotify.")
]
More = Annotated[list[str] | None, typer.Argument(metavar="[PLATFORM]", show_default=False)]
Interval = Annotated[int, typer.Option(min=1, help="Seconds from one cycle to the next.")]
Cycles = Annotated[int | None, typer.Option(min=1, help="So many cycles; without it, until ^C.")]
Follow = Annotated[bool, typer.Option("--follow", help="Wait until a person has decided.")]
Known = Annotated[str | None, typer.Option("--id", help="Show this one instead of a new one.")]


def negotiate(  # noqa: PLR0913, PLR0917 - typer makes the options of these
    more: More = None,
    mode: Mode = Mode.single,
    goal: Goal = _GOAL,
    platforms: Platforms = None,
    cycle_interval: Interval = 3600,
    cycles: Cycles = None,
    follow: Follow = False,
    known: Known = None,
    stage: Stage = target.LOCAL,
    as_json: Json = False,
) -> None:
    """Negotiate a deal and show it with its proof; it happens once a person has approved it."""
    parties = [*(platforms or ()), *(more or ())]
    if known is None and len(parties) < 2:
        step = "kimi negotiate --platforms tiktok spotify"
        raise Failure("name the platforms that negotiate", step, code=USAGE)
    found, body = target.find(stage), {"goal": goal, "platforms": parties, "mode": mode.value}
    talk = _Talk(found, follow=follow, as_json=as_json)
    if known is not None:
        talk.show(talk.until_settled(known))
    elif mode is Mode.single:
        talk.show(talk.until_settled(talk.begin(body)))
    else:
        _cycle(talk, body, cycle_interval, cycles)


def _cycle(talk: _Talk, body: Mapping[str, Any], interval: int, cycles: int | None) -> None:
    """Begin one, wait for its proposal, and the next an interval after the last began."""
    rounds = itertools.count(1) if cycles is None else range(1, cycles + 1)
    for number in rounds:
        due = time.monotonic() + interval
        show.note(f"cycle {number}")
        try:
            talk.show(talk.until_settled(talk.begin(body)), fail=False)
        except Problem as problem:
            if problem.status != _CONFLICT:
                raise
            # So many are waiting for a person already: the next cycle may find room.
            show.note(str(problem.steps[0] if problem.steps else problem))
        if number != cycles:
            time.sleep(max(0.0, due - time.monotonic()))


class _Talk:
    """One deployment, and how its answers are shown."""

    def __init__(self, found: target.Target, *, follow: bool, as_json: bool) -> None:
        self._target, self._follow, self._as_json = found, follow, as_json

    def begin(self, body: Mapping[str, Any]) -> str:
        """Ask for a negotiation; its id. Sent again, it would be the same one."""
        once = str(uuid.uuid4())
        told = api.post(self._target, PATH, body, as_json=self._as_json, idempotency_key=once)
        return str(told["id"])

    def until_settled(self, negotiation_id: str) -> dict[str, Any]:
        """The negotiation once there is something to say of it. Raises Failure after a while."""
        path, end = f"{PATH}/{negotiation_id}", time.monotonic() + _PATIENCE_SECONDS
        busy = ("working", "waiting") if self._follow else ("working",)
        with show.waiting("the channels negotiate") as say:
            while True:
                told = api.get(self._target, path, as_json=self._as_json, key=True)
                if told["state"] not in busy:
                    return told
                if told["state"] == "waiting":
                    say(f"a person decides (kimi approve yes {told['approval']['id']})")
                elif time.monotonic() > end:
                    step = f"kimi negotiate --id {negotiation_id}"
                    raise Failure(f"no proposal after {_PATIENCE_SECONDS:.0f} s", f"later: {step}")
                time.sleep(_POLL_SECONDS)

    def show(self, told: Mapping[str, Any], *, fail: bool = True) -> None:
        """Print it; without a deal the exit code says so."""
        if self._as_json:
            show.machine(told)
        else:
            deals.show(told)
        # Terms that were agreed before are no failure: what was wished for is so.
        settled = told["state"] in ("agreed", "waiting") or told["reason"] == "already_agreed"
        if fail and not settled:
            raise typer.Exit(REFUSED)
