"""The tables of docs/benchmarks.md, rendered from docs/benchmarks.json as `make bench` wrote it."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from infra_cdk.config import ROOT
from infra_cdk.tables import between, table

FIGURES = ROOT / "docs" / "benchmarks.json"
PAGE = "docs/benchmarks.md"
_NAMES = {
    "httpx": "bare httpx",
    "length": "their length",
    "labverse": "Lab-Verse",
    "litellm": "LiteLLM Router",
    "portkey": "Portkey gateway",
    "litellm by hand": "LiteLLM Router, by hand",
    "portkey by hand": "Portkey gateway, by hand",
}
_FAULTS = {
    "429_retry_after": "429 with Retry-After",
    "reset": "connection reset",
    "hang": "hangs",
    "malformed": "malformed JSON",
    "empty_choices": "200 without choices",
    "empty_text": "200 with empty text",
}
_LATENCY = ("system", "added p50, ms", "added p99, ms", "added CPU a call, ms")
_THROUGHPUT = ("system", "calls a second", "share of bare httpx")
_COLD = ("system", "CPU, s", "peak memory, MiB")
_QUALITY = ("prompts by", "APGR", "above length, 5 % to 95 %", "above random, 5 % to 95 %")
_BUDGET = ("system", "calls at once", "calls billed", "times the budget")


def files() -> dict[str, str]:
    """The page's text by its path in the repository."""
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    for name, made in tables(figures).items():
        text = between(text, name, made, PAGE)
    return {PAGE: text}


def summary(text: str) -> str:
    """The README with what most people look for. Raises ValueError when it lacks the markers."""
    made = tables(json.loads(FIGURES.read_text(encoding="utf-8")))
    for name in ("latency", "throughput", "cold", "faults"):
        text = between(text, name, made[name], "README.md")
    return text


def page(figures: Mapping[str, Any]) -> str:
    """Everything that was found, for a terminal."""
    return "\n".join(f"{name}\n{made}" for name, made in tables(figures).items())


def tables(figures: Mapping[str, Any]) -> dict[str, str]:
    """Every table by the name of its markers."""
    return {
        "conditions": table(("what", "of this run"), _conditions(figures)),
        "latency": table(_LATENCY, _rows(figures["latency"], _latency)),
        "throughput": table(_THROUGHPUT, _rows(figures["throughput"], _throughput)),
        "cold": table(_COLD, _rows(figures["cold"], _cold)),
        "faults": _faults(figures["faults"]),
        "budget": table(_BUDGET, _rows(figures["budget"], _budget)),
        "quality": table(_QUALITY, _rows(figures["quality"], _quality)),
    }


def _conditions(figures: Mapping[str, Any]) -> Iterable[tuple[str, ...]]:
    machine, loads = figures["machine"], figures["load"]
    yield "taken", figures["taken"] + (" (quick run)" if figures["quick"] else "")
    yield "machine", f"{machine['cores']} cores of {machine['cpu']}"
    yield "Python", f"{machine['python']} on {machine['system']}"
    yield "versions", ", ".join(f"{name} {at}" for name, at in sorted(figures["versions"].items()))
    yield "load before each part", ", ".join(f"{name} {at}" for name, at in sorted(loads.items()))


def _rows(
    found: Mapping[str, Mapping[str, Any]], cells: Callable[[Mapping[str, Any]], tuple[str, ...]]
) -> Iterable[tuple[str, ...]]:
    """A row for each system; one that could not be measured says why."""
    for name, one in found.items():
        yield _NAMES[name], *((one["absent"],) if "absent" in one else cells(one))


def _latency(one: Mapping[str, Any]) -> tuple[str, ...]:
    cpu = one["cpu_ms"] - one["bare_cpu_ms"]
    return f"{one['added_p50_ms']:.2f}", f"{one['added_p99_ms']:.2f}", f"{cpu:.2f}"


def _throughput(one: Mapping[str, Any]) -> tuple[str, ...]:
    return f"{one['rps']:.0f}", f"{one['ratio']:.2f}"


def _cold(one: Mapping[str, Any]) -> tuple[str, ...]:
    return f"{one['cpu_s']:.2f}", f"{one['peak_mib']:.0f}"


def _budget(one: Mapping[str, Any]) -> tuple[str, ...]:
    return str(one["at_once"]), str(one["billed_calls"]), f"{one['times_spent']:.1f}"


def _quality(one: Mapping[str, Any]) -> tuple[str, ...]:
    bounds = (
        f"{one[f'over_{name}_low']:+.3f} to {one[f'over_{name}_high']:+.3f}"
        for name in ("length", "random")
    )
    return f"{one['apgr']:.3f}", *bounds


def _faults(found: Mapping[str, Mapping[str, Any]]) -> str:
    """Systems side by side: answered right and in time, and calls that the sick primary got."""
    faults = dict.fromkeys(row["fault"] for one in found.values() for row in one.get("rows", ()))
    rows = (
        (_FAULTS.get(fault, fault), *(_met(one, fault) for one in found.values()))
        for fault in faults
    )
    return table(("the primary", *(_NAMES[name] for name in found)), rows)


def _met(one: Mapping[str, Any], fault: str) -> str:
    if "absent" in one:
        return str(one["absent"])
    row = next(row for row in one["rows"] if row["fault"] == fault)
    return f"{row['in_time']} of {row['requests']} ({row['sick_calls']})"
