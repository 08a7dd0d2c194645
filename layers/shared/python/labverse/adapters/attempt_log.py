"""`Recorder`: each attempt as one span in the log and one metric record, without its text."""

from datetime import timedelta
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from labverse.platform import genai, telemetry
from labverse.route.models import AttemptSpan


class AttemptLog:
    """Spans as JSON lines, metrics in CloudWatch's embedded format."""

    def attempt(self, span: AttemptSpan) -> None:
        """Record one attempt."""
        telemetry.logger().info(
            f"{genai.CHAT} {span.request_model}",
            extra={
                "span": {
                    "trace_id": span.trace_id,
                    "span_id": span.span_id,
                    "kind": "CLIENT",
                    "start": span.started_at.isoformat(),
                    "end": (span.started_at + timedelta(milliseconds=span.latency_ms)).isoformat(),
                    "attributes": attributes(span),
                }
            },
        )
        tokens = (span.tokens.input or 0) + (span.tokens.output or 0)
        telemetry.record(
            {genai.PROVIDER: _provider(span), genai.REQUEST_MODEL: span.request_model,
             "outcome": span.outcome},
            {
                genai.DURATION: (MetricUnit.Seconds, span.latency_ms / 1000),
                genai.TOKEN_USAGE: (MetricUnit.Count, tokens),
                genai.COST: (MetricUnit.NoUnit, float(span.cost_usd)),
            },
        )  # fmt: skip


def attributes(span: AttemptSpan) -> dict[str, Any]:
    """The span's attributes; what is not known is left out."""
    known = {
        genai.OPERATION: genai.CHAT,
        genai.PROVIDER: _provider(span),
        genai.REQUEST_MODEL: span.request_model,
        genai.RESPONSE_MODEL: span.response_model,
        genai.FINISH_REASONS: [span.finish] if span.finish else None,
        genai.INPUT_TOKENS: span.tokens.input,
        genai.CACHED_INPUT_TOKENS: span.tokens.cached_input,
        genai.OUTPUT_TOKENS: span.tokens.output,
        genai.ERROR_TYPE: None if span.outcome == "ok" else span.outcome,
        genai.COST: float(span.cost_usd),
        genai.COST_SOURCE: span.cost_source,
        genai.LEDGER: None if span.ledger == "none" else span.ledger,
        genai.WHY: span.why or None,
        genai.REFUSED: [f"{item.model}: {item.reason}" for item in span.refused],
    }
    return {name: value for name, value in known.items() if value is not None}


def _provider(span: AttemptSpan) -> str:
    return genai.PROVIDERS.get(span.provider, span.provider)
