"""Which model of a server is taken."""

from __future__ import annotations

import pytest

from infra_cdk.local import language
from infra_cdk.local.language import preferred
from infra_cdk.local.problems import Problem

SERVED = ["zephyr:7b", "qwen2:7b", "mixtral:latest"]


def test_the_wished_one_even_without_its_tag() -> None:
    assert preferred(SERVED, "mixtral", ["qwen2:7b"]) == "mixtral:latest"


def test_else_the_first_configured_one_that_it_has() -> None:
    assert preferred(SERVED, "", ["absent", "qwen2:7b", "zephyr:7b"]) == "qwen2:7b"


def test_else_its_first() -> None:
    assert preferred(SERVED, "", ["absent"]) == "zephyr:7b"


def test_a_wish_it_cannot_fulfil_is_a_problem() -> None:
    with pytest.raises(Problem, match="OLLAMA_MODEL is phi") as problem:
        preferred(SERVED, "phi", [])
    assert "ollama pull phi" in problem.value.next_step


def test_the_configured_names_are_read_without_a_yaml_parser() -> None:
    assert "small-local-model:gemma3-270m" in language._configured()
