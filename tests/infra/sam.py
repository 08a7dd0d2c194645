"""docs/sam.md: one command per function and fixture, as the synthesized template has them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.infra.assembly import STAGE, Assembly, Resource
from tests.infra.tree import ROOT

SAM = ".build/env/sam/bin/sam"
MARK = "<!-- commands -->\n"


class Invocation(NamedTuple):
    """A function (by the name that SAM knows it by) and an event for it."""

    word: str
    entry: str
    logical_id: str
    template: str
    event: str

    def command(self) -> str:
        """What to type."""
        return f"{SAM} local invoke {self.logical_id} -t {self.template} -e {self.event}"


def invocations(assembly: Assembly) -> Iterator[Invocation]:
    """Every function with each event that is meant for it."""
    for function in sorted(assembly.functions(), key=lambda f: f.path):
        word, entry = assembly.word(function), _entry(function)
        peers = [f for f in assembly.functions() if assembly.word(f) == word]
        alone = [_kind_of(_entry(f)) for f in peers].count(_kind_of(entry)) == 1
        for path in sorted((ROOT / "events" / word).glob("*.json")):
            event = json.loads(path.read_text(encoding="utf-8"))
            if kind(event) == _kind_of(entry) and (alone or _best(path.stem, peers) == entry):
                template = f"cdk.out/Labverse-{STAGE}-{function.stack}.template.json"
                shown = str(path.relative_to(ROOT))
                yield Invocation(word, entry, function.logical_id, template, shown)


def kind(event: dict[str, Any]) -> str:
    """What an event is for, by its shape: `http`, `task` (a workflow's), `stream` or `event`."""
    if "Records" in event:
        return "stream"
    if "requestContext" in event:
        return "http"
    of_a_state = event.keys() >= {"trace_id", "request"} or "negotiation_id" in event
    return "task" if of_a_state else "event"


def commands(assembly: Assembly) -> str:
    """The generated part of the page: a block per capability."""
    blocks: dict[str, list[str]] = {}
    for one in invocations(assembly):
        blocks.setdefault(one.word, []).append(one.command())
    return "\n".join(
        f"```bash needs-docker\n{chr(10).join(lines)}\n```\n" for lines in blocks.values()
    )


def page() -> Path:
    """Where the commands are."""
    return ROOT / "docs" / "sam.md"


def _best(story: str, peers: list[Resource]) -> str:
    """The entry whose name the story's begins with; of several the longest."""
    return max((e for e in map(_entry, peers) if story.startswith(e)), key=len, default="")


def _entry(function: Resource) -> str:
    return str(function.properties["Handler"]).removeprefix("handler.")


def _kind_of(entry: str) -> str:
    return entry.partition("_")[0]
