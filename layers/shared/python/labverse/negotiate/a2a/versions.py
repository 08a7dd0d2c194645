"""The versions of A2A that are spoken, and which one a request speaks."""

import re
from enum import StrEnum

from labverse.negotiate.a2a.faults import VERSION_NOT_SUPPORTED, Fault

HEADER = "a2a-version"
_NUMBER = re.compile(r"(\d+\.\d+)(?:\.\d+)?", re.ASCII)


class Version(StrEnum):
    """Major and minor: a patch changes nothing that is sent."""

    V1_0 = "1.0"
    V0_3 = "0.3"


SPOKEN = tuple(version.value for version in Version)


def spoken(header: str | None) -> Version:
    """The version that `A2A-Version` names; 0.3 had no such header, so without one it is that.

    Raises Fault for every other version.
    """
    if not (header or "").strip():
        return Version.V0_3
    number = _NUMBER.fullmatch(str(header).strip())
    try:
        return Version(number[1] if number else "")
    except ValueError:
        raise unsupported(f"A2A {str(header)[:20]!r} is not spoken here") from None


def unsupported(why: str) -> Fault:
    """The fault, with the versions that would do."""
    told = {"supported": ", ".join(SPOKEN)}
    return Fault(VERSION_NOT_SUPPORTED, f"{why}; send one of {list(SPOKEN)}", told=told)
