"""What a function imports before it can answer: numpy only where something is computed."""

import json
import subprocess
import sys

import pytest

HEAVY = ("numpy", "highspy", "pandas")
PLATFORMS = {"goal": "Cross-platform content syndication", "platforms": ["tiktok", "spotify"]}
OPENED = f"""
from datetime import UTC, datetime
from labverse.negotiate import opening
from labverse.negotiate.config import NegotiatePolicy
from tests.infra.tree import ROOT
file = ROOT / "config" / "policy" / "negotiate.json"
policy = NegotiatePolicy.model_validate_json(file.read_text(encoding="utf-8"))
opening.read({PLATFORMS!r}, policy, datetime.now(UTC))
"""


def imported(work: str) -> set[str]:
    """Which of the heavy libraries are there after `work` in a process of its own."""
    code = f"{work}\nimport sys, json\nprint(json.dumps([n for n in {HEAVY} if n in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("work", ["import functions.negotiate.handler", OPENED])
def test_opening_by_platforms_computes_nothing(work: str) -> None:
    assert imported(work) == set()


def test_solving_waits_for_no_program_that_it_may_not_need() -> None:
    assert imported("import labverse.negotiate.solving") == {"numpy"}
