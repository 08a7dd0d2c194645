"""The buttons of messages, as people saw them: a client may still show one that is gone by now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Button(NamedTuple):
    """One button in one message; `block` is the id of the block that it is in."""

    channel: str
    ts: str
    block: str
    element: Mapping[str, Any]

    def is_of(self, where: str, action: str) -> bool:
        """Whether it does `action`, in the message or the block of that name."""
        named = str(self.element.get("action_id", ""))
        return where in (self.ts, self.block) and named.rpartition(".")[2] == action


def of(message: Mapping[str, Any]) -> Iterator[Button]:
    """Every button that `message` shows."""
    for block in message.get("blocks") or ():
        if not isinstance(block, dict) or block.get("type") != "actions":
            continue
        for element in block.get("elements") or ():
            if isinstance(element, dict) and element.get("type") == "button":
                named = str(block.get("block_id", ""))
                yield Button(message["channel"], message["ts"], named, element)
