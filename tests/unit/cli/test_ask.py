"""`kimi ask`, and how any refusal is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.fake import ANSWER, ATTEMPT, Fake


def test_the_answer_and_nothing_else_is_on_stdout(fake: Fake, kimi: Any) -> None:
    done = kimi("ask", "What is the capital of France?")
    assert (done.exit_code, done.stdout) == (0, "Paris\n")
    assert "gpt (openai) · 7 ms · 0.0005 USD · 13 + ? tokens" in done.stderr
    assert "tried" not in done.stderr
    route, headers, body = fake.seen[0]
    assert (route, headers["authorization"]) == ("POST /api/v1/analyze", "Bearer lv_a_b")
    assert body == {"text": "What is the capital of France?"}


def test_every_limit_is_sent_as_it_was_given(fake: Fake, kimi: Any) -> None:
    limits = ["--model", "m", "--task-class", "critical", "--max-latency-ms", "900"]
    done = kimi("ask", "-", *limits, "--max-cost-usd", "0.02", "--json", input="from a pipe")
    assert json.loads(done.stdout) == ANSWER
    assert done.stderr == ""
    assert fake.seen[0][2] == {
        "text": "from a pipe",
        "model": "m",
        "task_class": "critical",
        "max_cost_usd": "0.02",
        "max_latency_ms": 900,
    }


def test_an_answer_may_be_kept_and_asked_for_once(fake: Fake, kimi: Any) -> None:
    kept = {**ANSWER, "cached": True, "cost_usd": 0, "attempts": []}
    fake.replies["POST /api/v1/analyze"] = (200, kept)
    done = kimi("ask", "hi", "--cache-seconds", "60", "--idempotency-key", "order 7")
    assert "0 USD · kept from an earlier request" in done.stderr
    _, headers, body = fake.seen[0]
    assert (headers["idempotency-key"], body["cache_seconds"]) == ("order 7", 60)


def test_what_was_tried_before_is_a_table(fake: Fake, kimi: Any) -> None:
    sick = {**ATTEMPT, "model": "qwen", "outcome": "rate_limited"}
    answer = {**ANSWER, "attempts": [sick, ATTEMPT], "sla_met": False}
    fake.replies["POST /api/v1/analyze"] = (200, answer)
    done = kimi("ask", "hi")
    assert "SLA missed" in done.stderr
    assert [line.split()[1:3] for line in done.stderr.splitlines()[-2:]] == [
        ["qwen", "rate_limited"],
        ["gpt", "ok"],
    ]


def test_an_answer_cannot_steer_the_terminal(fake: Fake, kimi: Any) -> None:
    text = "\x1b]0;owned\x07[bold]plain[/bold]\nnext"
    fake.replies["POST /api/v1/analyze"] = (200, {**ANSWER, "text": text})
    assert kimi("ask", "hi").stdout == "]0;owned[bold]plain[/bold]\nnext\n"


@pytest.mark.parametrize(
    "argv", [["ask", " "], ["ask", "x", "--max-cost-usd", "much"], ["ask", "x", "--stage", "../x"]]
)
def test_wrong_usage_is_2_and_asks_nobody(fake: Fake, kimi: Any, argv: list[str]) -> None:
    assert kimi(*argv).exit_code == 2
    assert fake.seen == []


def test_a_refusal_is_told_in_full(fake: Fake, kimi: Any) -> None:
    document = {
        "status": 422,
        "title": "Unprocessable Entity",
        "detail": "two fields are wrong: text: must not be blank",
        "errors": [
            {"field": "text", "message": "must not be blank"},
            {"field": "model", "message": "no such model"},
        ],
        "trace_id": "t-1",
    }
    fake.replies["POST /api/v1/analyze"] = (422, document)
    done = kimi("ask", "hi")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.split("\n") == [
        "error: 422 Unprocessable Entity",
        "  two fields are wrong: text: must not be blank",
        "  model: no such model",
        "  trace id: t-1",
        "",
    ]
    done = kimi("ask", "hi", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (1, document)


def test_nothing_left_tells_what_was_tried(fake: Fake, kimi: Any) -> None:
    document = {
        "status": 503,
        "title": "Service Unavailable",
        "attempts": [{**ATTEMPT, "outcome": "timeout"}],
        "refused": [{"model": "big", "reason": "too dear"}],
    }
    fake.replies["POST /api/v1/analyze"] = (503, document)
    told = kimi("ask", "hi").stderr
    assert "tried gpt (openai): timeout" in told
    assert "not tried: big: too dear" in told


@pytest.mark.parametrize("reply", [(502, b"<html>"), (404, {"message": "Not Found"}), (200, [])])
def test_something_else_than_our_api_is_an_error(
    fake: Fake, kimi: Any, reply: tuple[int, Any]
) -> None:
    fake.replies["POST /api/v1/analyze"] = reply
    done = kimi("ask", "hi")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "error:" in done.stderr
    assert "Traceback" not in done.stderr


def test_variables_override_the_facts(
    fake: Fake, kimi: Any, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (clone / ".build" / "local.json").unlink()
    monkeypatch.setenv("LABVERSE_API_URL", f"{fake.url}/")
    done = kimi("ask", "hi")
    assert done.exit_code == 2
    assert "LABVERSE_API_KEY" in done.stderr
    monkeypatch.setenv("LABVERSE_API_KEY", "mine")
    assert kimi("ask", "hi").exit_code == 0
    assert fake.seen[0][1]["authorization"] == "Bearer mine"
