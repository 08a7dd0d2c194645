"""What the policies said against a template, out of the log of a synth that they ended."""

from __future__ import annotations

from pathlib import Path

from infra_cdk.local.problems import Problem

# A finding is a paragraph: what is wrong, where, a mend, and the name of the rule.
_DENIED = "ERROR "
_MOST = 20


def denials(log: Path) -> list[str]:
    """One paragraph per finding that denies; empty where the synth ended for another reason."""
    if not log.exists():
        return []
    told = log.read_text(encoding="utf-8", errors="replace").split("\n\n")
    found = [block[block.find(_DENIED) :] for block in told if _denies(block)]
    return [block.strip() for block in found]


def explained(failure: Problem, log: Path) -> Problem:
    """`failure`, with the findings in place of the log's last lines, if findings were the cause."""
    found = denials(log)
    if not found:
        return failure
    more = [f"and {len(found) - _MOST} more: {log}"] if len(found) > _MOST else []
    what = "\n\n".join(["the policies deny this template:", *found[:_MOST], *more])
    step = "mend it, or write the reason for a finding into infra_cdk/policies/reasons.py"
    return Problem(what, step)


def _denies(block: str) -> bool:
    return any(line.startswith(_DENIED) for line in block.splitlines())
