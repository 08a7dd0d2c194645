"""`make check` and `make test`: each step with its name and seconds; the first failure ends it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from dataclasses import replace

from infra_cdk.local import commands, progress, steps
from infra_cdk.local.environments import ensure
from infra_cdk.local.problems import Problem
from infra_cdk.local.steps import Step
from infra_cdk.local.up import together
from infra_cdk.local.weights import weights

# Each takes a moment and the first of them names most mistakes, so they come before all else.
QUICK = (
    Step("format", "ruff format --check .", "run: .build/env/tools/bin/ruff format ."),
    Step(
        "lint",
        "ruff check .",
        "fix what it names; .build/env/tools/bin/ruff check --fix . does some",
    ),
    Step(
        "imports", "lint-imports", "imports point inward: see [tool.importlinter] in pyproject.toml"
    ),
)
TYPES = Step("types", "mypy", "fix what it names")
MODELS = Step("models", "python -m infra_cdk.lifetimes", "every alias needs a live model")
GENERATED = Step("generated", "python -m infra_cdk.generate --check", "run: make generate")
FAILED = "the failures are above; pytest's own --last-failed repeats them"
# What runs on a local cloud of its own, and what computes for long. All other folders of tests/,
# those to come too, belong to the last step.
CLOUD = ("tests/local", "tests/statemachines", "tests/readme")
UNIT = ("tests/unit",)
INFRA = ("tests/infra",)
REST = ("tests", *(f"--ignore={folder}" for folder in (*CLOUD, *UNIT, *INFRA)))
SLOWEST = 10
_DURATION = re.compile(r"^(\d+\.\d+)s (?:setup|call|teardown) +\S.*$", re.M)


def check() -> None:
    """Run every check. Raises Problem at the first that fails."""
    ensure("dev")
    steps.run(QUICK, 1)
    steps.run([TYPES, GENERATED, MODELS], _at_once())


def test() -> None:
    """Have every environment, then run the checks and all tests. Raises Problem."""
    together(lambda: ensure("dev"), _environments, weights)
    steps.run(QUICK, 1)
    # The cloud's tests wait more than they compute and take longest: they begin at once, and have
    # a core to themselves. The others follow by their length, so that no core is idle at the end.
    cloud, unit = _tests("cloud", CLOUD), _tests("unit", UNIT)
    infra, rest = _tests("infra", INFRA), _tests("rest", REST)
    computing = [replace(step, patient=True) for step in (infra, TYPES)]
    steps.run([cloud, unit, *computing, rest, GENERATED, MODELS], _at_once())
    tests = (cloud, unit, infra, rest)
    progress.line(f"\nthe {SLOWEST} slowest of all tests:")
    for line in slowest(step.log.read_text(encoding="utf-8") for step in tests):
        progress.line(line)


def slowest(outputs: Iterable[str]) -> list[str]:
    """The slowest tests of several runs of pytest, each of which told its own slowest."""
    found = [match for output in outputs for match in _DURATION.finditer(output)]
    found.sort(key=lambda match: -float(match[1]))
    return [match[0] for match in found[:SLOWEST]]


def _environments() -> None:
    for name in ("emulator", "runtime", "model", "scan", "sam"):
        ensure(name)


def _tests(name: str, places: Iterable[str]) -> Step:
    colour = " --color=yes" if sys.stdout.isatty() else ""
    command = f"python -m pytest --durations={SLOWEST}{colour} {' '.join(places)}"
    return Step(name, command, FAILED)


def _at_once() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2


if __name__ == "__main__":
    steps.answer_signals()
    try:
        {"check": check, "test": test}[sys.argv[1]]()
    except Problem as problem:
        sys.exit(f"\nerror: {problem}")
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        commands.cancel()  # an installation that a signal came into
