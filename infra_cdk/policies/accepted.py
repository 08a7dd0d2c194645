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
STAGE = "{stage}"


class Accepted(NamedTuple):
    """`place` is a construct path without the stage, or a source file; `*` stands for anything.

    `{stage}` in a rule is the stage's name: cdk-nag's rules on IAM quote the resource.
    """

    rules: tuple[str, ...]
    place: str
    why: str

    def holds(self, place: str) -> bool:
        """Whether this row speaks of `place`."""
        return fnmatchcase(place, self.place)

    def excuses(self, rule: str, stage: str) -> bool:
        """Whether this row speaks of `rule`, as it is called for that stage."""
        return any(own.replace(STAGE, stage) == rule for own in self.rules)

    def at_synth(self, stage: str) -> tuple[str, ...]:
        """Its rules that are judged at synth, by the names their judges listen to."""
        return tuple(
            f"{judge}::{rule.replace(STAGE, stage)}"
            for rule in self.rules
            for pattern, judge in _JUDGES.items()
            if re.match(pattern, rule)
        )
