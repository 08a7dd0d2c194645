"""What this product tells beside an answer or an error in OpenAI's format."""

import re
from collections.abc import Iterable

from labverse.route.models import Answer

Pairs = Iterable[tuple[str, str]]
# API Gateway refuses an answer whose headers are over 10 kB together.
_MOST = 2000
# A header holds printable ASCII only; names in config may not be.
_UNSAFE = re.compile("[^ -~]")


def of_answer(answer: Answer) -> dict[str, str]:
    """Who answered, at what cost, how fast, and what was tried before."""
    told = {
        "x-labverse-provider": answer.provider,
        "x-labverse-cost-usd": f"{answer.cost_usd:f}",
        "x-labverse-latency-ms": str(answer.latency_ms),
        "x-labverse-sla-met": str(answer.sla_met).lower(),
        "x-labverse-cached": str(answer.cached).lower(),
    }
    attempts = ((attempt.provider, attempt.outcome) for attempt in answer.attempts)
    refused = ((refusal.model, refusal.reason) for refusal in answer.refused)
    return told | of_trace(answer.trace_id) | of_attempts(attempts, refused)


def of_trace(trace_id: str) -> dict[str, str]:
    """Under our name, and under the one that OpenAI's SDK keeps as `request_id`."""
    return {"x-labverse-trace-id": trace_id, "x-request-id": trace_id}


def of_attempts(attempts: Pairs, refused: Pairs) -> dict[str, str]:
    """`openai:timeout,anthropic:ok`, and `model: reason; …` for those that were not tried."""
    told = {
        "x-labverse-attempts": ",".join(":".join(pair) for pair in attempts),
        "x-labverse-refused": "; ".join(": ".join(pair) for pair in refused),
    }
    return {name: _UNSAFE.sub("?", text)[:_MOST] for name, text in told.items() if text}
