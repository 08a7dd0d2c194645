"""Parts of JSON that may be anything, as far as they are what they should be."""

from collections.abc import Mapping, Sequence
from typing import Any


def listed(given: Any) -> Sequence[Any]:
    """A list; of anything else, none."""
    return given if isinstance(given, list | tuple) else ()


def mapped(given: Any) -> Mapping[str, Any]:
    """An object; of anything else, an empty one."""
    return given if isinstance(given, Mapping) else {}


def texts(given: Any) -> list[str]:
    """The texts in a list."""
    return [one for one in listed(given) if isinstance(one, str)]


def number(given: Any) -> float | None:
    """A number, or a text that is one."""
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        return None
    try:
        return float(given)
    except (ValueError, OverflowError):
        return None
