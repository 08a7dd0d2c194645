"""Secrets that a person hands over: typed unseen, or piped; never from argv, which others read."""

from __future__ import annotations

import sys
from getpass import getpass

from labverse.cli.failures import USAGE, Failure


def secret(what: str, command: str) -> str:
    """One line without spaces from stdin. Raises Failure."""
    text = getpass(f"{what} (not shown): ") if _by_hand() else sys.stdin.read()
    found = text.strip()
    if not found:
        raise Failure(f"no {what} on stdin", f"pipe it: {command} < file", code=USAGE)
    if not (found.isascii() and found.isprintable()) or " " in found:
        message = f"that is not a {what}: one line without spaces is expected"
        raise Failure(message, code=USAGE)
    return found


def _by_hand() -> bool:
    return sys.stdin.isatty()
