"""Read the class name of an exception from the text of its traceback."""

from __future__ import annotations

import re

_HEAD = "Traceback (most recent call last):"
_CLASS = re.compile(r"(?:[^\s:]+\.)?([^\W\d]\w*)")


def exception_name(log: str, message: str) -> str | None:
    """The class name of the exception whose traceback ends `log`, or None if there is none.

    `message` is `str(exception)`. A traceback ends in `module.Class: message`, so what stands
    before the known message is the name, whatever lines the message itself has. Only where
    something follows the message (notes of PEP 678) is the last block read from its top instead.
    """
    text = log.removesuffix("\n")
    if _HEAD not in text:
        return None
    if message and text.endswith(f": {message}"):
        line = text.removesuffix(f": {message}").rpartition("\n")[2]
    elif message:
        line = _first_flush_line(text.rpartition(_HEAD)[2]).partition(":")[0]
    else:
        line = text.rpartition("\n")[2].removesuffix(": ")
    match = _CLASS.fullmatch(line)
    return match.group(1) if match else None


def _first_flush_line(block: str) -> str:
    """The first line that does not begin with white space: frames and source lines do."""
    return next((line for line in block.splitlines() if line and not line[0].isspace()), "")
