"""Canonical terms and their digest: the same deal is the same bytes, whoever writes it down.

RFC 8785 (JSON Canonicalization Scheme) fixes the bytes; decimals are texts, so that no reader's
floating point can change what was agreed. The digest is what a person approves and what is applied.
"""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import rfc8785

_EXACT = 2**53
"""Whole numbers below are the same in every reader."""


class Agreement(NamedTuple):
    """What terms are made of."""

    goal: str
    parties: Sequence[tuple[str, str]]
    """Agents and their roles, in their order."""
    deal: Mapping[str, Any]
    """What was chosen of each issue."""
    currency: str
    month: str
    """In which it starts: the same deal a month later is another one."""
    committed: Decimal
    """Expected payment of that month, major units."""


def terms(agreement: Agreement) -> dict[str, Any]:
    """Plain JSON: texts, whole numbers, true and false."""
    return {
        "goal": agreement.goal,
        "parties": [{"agent": agent, "role": role} for agent, role in agreement.parties],
        "deal": {name: plain(value) for name, value in agreement.deal.items()},
        "currency": agreement.currency,
        "month": agreement.month,
        "committed": plain(agreement.committed),
    }


def plain(value: Any) -> str | int | bool:
    """A value as terms hold it; a number that is not whole is a text, `1.50` the same as `1.5`."""
    if isinstance(value, bool | str) or (isinstance(value, int) and abs(value) < _EXACT):
        return value
    return f"{Decimal(str(value)).normalize():f}"


def digest(content: Any) -> str:
    """SHA-256 of its canonical JSON, in hex."""
    return hashlib.sha256(rfc8785.dumps(content)).hexdigest()


def seed(*parts: str) -> int:
    """A seed for random draws out of names: the same names, the same draws."""
    return int(hashlib.sha256("\0".join(parts).encode()).hexdigest(), 16)
