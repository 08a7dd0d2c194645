"""`kimi providers`: the live table, for people and for programs."""

import json
from typing import Any

import pytest

from tests.unit.cli.fake import Fake

TOLD: dict[str, Any] = {
    "providers": [
        {
            "alias": "openai-gpt-4o-mini", "provider": "openai", "model": "gpt-4o-mini",
            "price": {"input": 0.15, "output": 0.6}, "state": "open", "why": "rate_limited",
            "until": "2026-11-24T12:00:05Z", "calls": 40, "p50_ms": 310, "p95_ms": 820,
        },
        {"alias": "qwen2:7b", "provider": "ollama", "model": "qwen2:7b", "price": None,
         "state": "closed", "why": None, "until": None, "calls": 0},
    ]
}  # fmt: skip


@pytest.fixture(autouse=True)
def told(fake: Fake) -> None:
    fake.replies["GET /api/v1/providers"] = 200, TOLD


def test_every_model_with_its_breaker_latency_and_price(fake: Fake, kimi: Any) -> None:
    done = kimi("providers")
    assert done.exit_code == 0, done.stderr
    _, first, second = [line.split() for line in done.stdout.splitlines()]
    assert " ".join(first) == (
        "openai-gpt-4o-mini = gpt-4o-mini openai open 2026-11-24T12:00:05Z rate_limited "
        "310 820 40 0.15 in, 0.6 out"
    )
    assert second == ["qwen2:7b", "ollama", "closed", "-", "-", "-", "-", "0", "free"]
    _, headers, _ = fake.seen[-1]
    assert headers["authorization"] == "Bearer lv_a_b"


def test_for_programs_it_is_what_the_api_says(kimi: Any) -> None:
    assert json.loads(kimi("providers", "--json").stdout) == TOLD


@pytest.mark.parametrize("option", [("--stage", "dev"), ("--json",)])
def test_an_option_that_would_have_no_effect_is_refused(
    option: tuple[str, ...], fake: Fake, kimi: Any
) -> None:
    done = kimi("providers", *option, "set-key", "openai", input="sk-x")
    assert done.exit_code == 2
    assert "put it behind" in done.stderr
    assert fake.held() == "{}"
