"""`make bench`: this router and its peers, measured side by side; figures go to .build/bench.

QUICK=1 measures less, for a look. PUBLISH=1 also writes docs/benchmarks.json, whose tables
`make generate` renders; it wants a quiet machine. ROUTING_DATA names the file of prompts by which
quality is judged (columns subject, prompt, weak, strong); without one that part is left out.
"""

import json
import os
import platform
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from infra_cdk import benchmarks
from infra_cdk.local import progress
from infra_cdk.local.paths import BUILD
from infra_cdk.local.problems import Problem
from labverse import VERSION
from tests.bench.peers.fleet import fleet
from tests.bench.peers.lineup import lineup, versions
from tests.bench.peers.measures import QUICK, WHOLE, Bench, load

FOLDER = BUILD / "bench"
MEASURES = ("latency", "throughput", "cold", "faults", "budget", "quality")
QUIET = 2.0
# Parts that read a clock; the others count CPU time, calls, and what is far from its limit.
TIMED = ("the start", "latency", "throughput")


def main() -> None:
    """Measure, write, print. Raises Problem when figures are to be published that must not be."""
    quick, publish = (os.environ.get(name) == "1" for name in ("QUICK", "PUBLISH"))
    if publish:
        refuse({"quick": quick, "load": {"the start": load()}})
    figures = measured(quick)
    text = json.dumps(rounded(figures), indent=1, sort_keys=True) + "\n"
    _write(FOLDER / "all.json", text)
    progress.line()
    progress.line(benchmarks.page(figures))
    if publish:
        refuse(figures)
        _write(benchmarks.FIGURES, text)
        progress.say("bench", "docs/benchmarks.json is written; now: make generate")


def refuse(figures: Mapping[str, Any]) -> None:
    """Raises Problem for figures that say more of what else ran than of what was measured."""
    if figures["quick"]:
        raise Problem("figures of a quick run are not published", "leave out QUICK")
    busy = {name: at for name, at in figures["load"].items() if name in TIMED and at >= QUIET}
    if busy:
        what = ", ".join(f"{at} before {name}" for name, at in busy.items())
        raise Problem(
            f"the load was {what}: such figures are not published", "wait for a quiet hour"
        )


def measured(quick: bool) -> dict[str, Any]:
    """Everything, as docs/benchmarks.json has it."""
    found: dict[str, Any] = {"taken": f"{datetime.now(UTC):%Y-%m-%d}", "quick": quick}
    loads = {}
    with fleet() as providers, lineup() as contenders:
        bench = Bench(contenders, providers, QUICK if quick else WHOLE, data())
        for name in MEASURES:
            loads[name] = load()
            progress.say("bench", f"{name} (load {loads[name]})")
            found[name] = getattr(bench, name)()
            _write(FOLDER / f"{name}.json", json.dumps(found[name], indent=1) + "\n")
        ours = {"Lab-Verse": VERSION, "httpx": httpx.__version__}
        found["versions"] = {**ours, **versions(contenders)}
    return {**found, "load": loads, "machine": machine()}


def data() -> Path | None:
    """The file that quality is judged by, where there is one."""
    named = os.environ.get("ROUTING_DATA")
    return Path(named).resolve() if named and Path(named).is_file() else None


def rounded(value: Any) -> Any:
    """The same with four decimals, which is more than any of it is good for."""
    if isinstance(value, dict):
        return {name: rounded(one) for name, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return round(value, 4) if isinstance(value, float) else value


def machine() -> dict[str, Any]:
    """What it ran on."""
    cpus = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    models = [line.partition(":")[2].strip() for line in cpus if line.startswith("model name")]
    return {
        "cpu": models[0] if models else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        sys.exit(f"error: {problem}")
