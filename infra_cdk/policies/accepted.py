"""A finding of a scanner that stays, with its reason."""

import re
from fnmatch import fnmatchcase
from typing import NamedTuple

# Judges at synth, by how their rules are named. Rules of others (CKV…, B…) are matched by the tests
# that run those.
_JUDGES = {
    r"LV-|[EFIW]\d{4}$": "CloudFormation-Validate",
    "AwsSolutions-": "AwsSolutions",
    "Serverless-": "Serverless",
}


class Accepted(NamedTuple):
    """`place` is a construct path without the stage, or a source file; `*` stands for anything."""

    rules: tuple[str, ...]
    place: str
    why: str

    def holds(self, place: str) -> bool:
        """Whether this row speaks of `place`."""
        return fnmatchcase(place, self.place)

    def at_synth(self) -> tuple[str, ...]:
        """Its rules that are judged at synth, by the names their judges listen to."""
        return tuple(
            f"{judge}::{rule}"
            for rule in self.rules
            for pattern, judge in _JUDGES.items()
            if re.match(pattern, rule)
        )
