"""One span line and one metric line per attempt, by the conventions' names, without any text."""

import io
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from labverse.adapters.attempt_log import AttemptLog
from labverse.route.models import AttemptSpan, Refusal, Tokens

SPAN = AttemptSpan(
    trace_id="t",
    span_id="s",
    started_at=datetime(2026, 1, 1, tzinfo=UTC),
    provider="moonshot",
    request_model="kimi",
    response_model="kimi-1",
    outcome="ok",
    finish="stop",
    latency_ms=1500,
    tokens=Tokens(input=10, cached_input=4, output=5),
    cost_usd=Decimal("0.000033"),
    cost_source="provider",
    refused=[Refusal(model="first", reason="not configured")],
)


def test_a_good_attempt(log: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    AttemptLog().attempt(SPAN)
    span = json.loads(log.getvalue())["span"]
    assert (span["start"], span["end"]) == (
        "2026-01-01T00:00:00+00:00",
        "2026-01-01T00:00:01.500000+00:00",
    )
    assert span["attributes"] == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "moonshot_ai",
        "gen_ai.request.model": "kimi",
        "gen_ai.response.model": "kimi-1",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.cache_read.input_tokens": 4,
        "gen_ai.usage.output_tokens": 5,
        "labverse.cost.usd": 0.000033,
        "labverse.cost.source": "provider",
        "labverse.refused": ["first: not configured"],
    }
    metric = json.loads(capsys.readouterr().out)
    assert metric["gen_ai.client.operation.duration"] == [1.5]
    assert metric["gen_ai.client.token.usage"] == [15]
    assert metric["labverse.cost.usd"] == [0.000033]
    assert metric["outcome"] == "ok"


def test_a_failed_one_has_an_error_type_and_no_answer(log: io.StringIO) -> None:
    failed = {"outcome": "timeout", "finish": None, "response_model": None, "cost_source": "none"}
    AttemptLog().attempt(SPAN.model_copy(update=failed))
    attributes = json.loads(log.getvalue())["span"]["attributes"]
    assert attributes["error.type"] == "timeout"
    assert "gen_ai.response.model" not in attributes
