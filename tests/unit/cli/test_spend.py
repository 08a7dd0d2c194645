"""`kimi spend`: a month's cost, for people and for programs."""

import json
from typing import Any

import pytest

from tests.unit.cli.fake import Fake

SPEND: dict[str, Any] = {
    "period": "2026-11",
    "limit_usd": 500,
    "stop_usd": 450,
    "spent_usd": 12.500001,
    "reserved_usd": 0.000007,
    "state": "ok",
    "by_provider": {"openai": 12.5, "dashscope": 0.000001},
    "by_model": {"gpt-6-luna": 12.500001},
    "by_key": {"k1": 12.500001},
    "by_class": {"default": 12.500001},
    "presumed_usd": 0,
    "presumed_by_provider": {},
    "presumed_by_model": {},
    "pages": [],
}


@pytest.fixture(autouse=True)
def month(fake: Fake) -> None:
    fake.replies["GET /api/v1/spend"] = fake.replies["GET /api/v1/spend?period=2026-11"] = (
        200,
        SPEND,
    )


def test_a_month_to_the_micro_dollar(fake: Fake, kimi: Any) -> None:
    done = kimi("spend")
    assert done.exit_code == 0
    first, *rest = done.stdout.splitlines()
    assert first == "2026-11: 12.500001 USD spent, 2.5% of 500 USD, hard stop at 450: ok"
    assert [line.split() for line in rest] == [
        ["provider", "USD"], ["openai", "12.5"], ["dashscope", "0.000001"],
    ]  # fmt: skip
    assert "0.000007 USD are held" in done.stderr
    _, headers, _ = fake.seen[-1]
    assert headers["authorization"] == "Bearer lv_a_b"


@pytest.mark.parametrize(
    ("by", "name"), [("model", "gpt-6-luna"), ("key", "k1"), ("class", "default")]
)
def test_by_what(by: str, name: str, kimi: Any) -> None:
    done = kimi("spend", "--by", by, "--period", "2026-11")
    assert [line.split() for line in done.stdout.splitlines()[1:]] == [
        [by, "USD"], [name, "12.500001"],
    ]  # fmt: skip


def test_for_programs_it_is_what_the_api_says(kimi: Any) -> None:
    assert json.loads(kimi("spend", "--json").stdout) == SPEND


def test_what_would_have_cost_less(fake: Fake, kimi: Any) -> None:
    one = {
        "task_class": "default", "model": "gpt-4o-mini", "instead": "gpt-6-luna", "tasks": 400,
        "saving_usd": 1.5, "low_usd": 1.25, "high_usd": 1.75, "confidence": 0.95, "why": "Because.",
    }  # fmt: skip
    fake.replies["GET /api/v1/spend"] = 200, SPEND | {"recommendations": [one]}
    done = kimi("spend")
    assert done.stdout.splitlines()[-1] == (
        "default: gpt-6-luna in place of gpt-4o-mini would have saved 1.5 USD on 400 tasks "
        "(1.25 to 1.75 with 95% confidence)"
    )
    assert "Because." in done.stderr


def test_what_cannot_be_read_is_said(fake: Fake, kimi: Any) -> None:
    fake.replies["GET /api/v1/spend"] = 200, SPEND | {"recommendations": None}
    done = kimi("spend")
    assert done.exit_code == 0
    assert "cannot be read" in done.stderr


def test_a_month_that_is_none_is_told(fake: Fake, kimi: Any) -> None:
    told = {"title": "Unprocessable", "status": 422, "detail": "period: no month", "trace_id": "t"}
    fake.replies["GET /api/v1/spend?period=now"] = (422, told)
    done = kimi("spend", "--period", "now")
    assert done.exit_code == 1
    assert "no month" in done.stderr
