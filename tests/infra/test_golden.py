"""The template as it was last reviewed: a change shows up here as a diff of golden/*.json.

`make golden` (GOLDEN=write) accepts the template as it is now; review the diff before you commit.
"""

import difflib
import json
import os
from pathlib import Path

import pytest

from tests.infra.assembly import STAGE, Assembly
from tests.infra.summary import summary

GOLDEN = Path(__file__).with_name("golden")
STACKS = ("data", "fallback", "service")


@pytest.mark.parametrize("stack", STACKS)
def test_template_is_the_reviewed_one(stack: str, aws: Assembly) -> None:
    path = GOLDEN / f"{STAGE}-{stack}.json"
    text = json.dumps(summary(aws, stack), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    reviewed = path.read_text(encoding="utf-8") if path.exists() else ""
    diff = "\n".join(
        difflib.unified_diff(reviewed.splitlines(), text.splitlines(), "reviewed", "now", n=2)
    )
    assert not diff, (
        f"stack {stack!r} is not what {path.name} says; if it should be, run `make golden`, "
        f"review and commit\n{diff}"
    )


def test_every_stack_is_reviewed(aws: Assembly) -> None:
    assert sorted(aws.templates) == sorted(STACKS), "add the new stack to STACKS in test_golden.py"
    files = sorted(path.name for path in GOLDEN.glob("*.json"))
    assert files == sorted(f"{STAGE}-{stack}.json" for stack in STACKS), f"delete one of {files}"
