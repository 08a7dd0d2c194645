"""The tables of docs/benchmarks.md are those of docs/benchmarks.json; what is absent says so."""

import json
from typing import Any

import pytest

from infra_cdk import benchmarks
from infra_cdk.config import ROOT
from infra_cdk.local.problems import Problem
from tests.bench.peers.__main__ import refuse


@pytest.fixture
def figures() -> Any:
    """What was published."""
    return json.loads(benchmarks.FIGURES.read_text(encoding="utf-8"))


def test_the_page_has_the_published_figures_and_no_others(figures: Any) -> None:
    text = (ROOT / benchmarks.PAGE).read_text(encoding="utf-8")
    assert benchmarks.files() == {benchmarks.PAGE: text}
    for made in benchmarks.tables(figures).values():
        assert made in text


def test_published_figures_are_of_a_whole_run_on_a_quiet_machine(figures: Any) -> None:
    refuse(figures)
    assert {"Lab-Verse", "httpx", "LiteLLM", "Portkey gateway"} == set(figures["versions"])
    assert figures["versions"]["LiteLLM"] not in ("1.82.7", "1.82.8", "1.107.0")


@pytest.mark.parametrize("part", ["latency", "throughput"])
def test_figures_of_a_busy_machine_or_a_quick_run_are_not_published(
    part: str, figures: Any
) -> None:
    with pytest.raises(Problem, match="quick run"):
        refuse({**figures, "quick": True})
    figures["load"][part] = 2.0
    with pytest.raises(Problem, match=f"2.0 before {part}"):
        refuse(figures)


def test_another_figure_is_another_table(figures: Any) -> None:
    before = benchmarks.tables(figures)
    figures["latency"]["labverse"]["added_p50_ms"] += 7
    after = benchmarks.tables(figures)
    assert [name for name in before if before[name] != after[name]] == ["latency"]


def test_a_system_that_could_not_be_measured_has_a_row_that_says_why(figures: Any) -> None:
    for measure in ("latency", "throughput", "cold", "budget", "quality"):
        figures[measure]["litellm"] = {"absent": "not installed: no network"}
        assert (
            "| LiteLLM Router | not installed: no network |"
            in (benchmarks.tables(figures)[measure])
        )
    figures["faults"]["litellm"] = {"absent": "not installed: no network"}
    sick = [line.split("|") for line in benchmarks.tables(figures)["faults"].splitlines()]
    column = [cell.strip() for cell in sick[0]].index("LiteLLM Router")
    assert {row[column].strip() for row in sick[2:]} == {"not installed: no network"}
