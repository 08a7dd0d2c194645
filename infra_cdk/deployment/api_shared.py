"""What many operations of the API document share: how a refusal looks, and a header of writes."""

from typing import Any

from labverse.platform import idempotency

PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. Quote `trace_id` when you report it; our log lines carry it.",
    "required": ["type", "title", "status", "detail", "trace_id"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:labverse:problem:invalid_input"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "trace_id": {"type": "string"},
        "state": {
            "type": "string",
            "description": "`warming`: the local model is being started; see Retry-After. "
            "Of an Idempotency-Key: `running`, `other_request`, or `not_kept` for an answer that "
            "was too large.",
        },
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}

IDEMPOTENCY: dict[str, Any] = {
    "name": idempotency.NAME,
    "in": "header",
    "required": False,
    "description": "By key, method and path, for 24 h: the same body gets the first answer again "
    f"(`{idempotency.REPLAYED}: true`), and nothing is done or charged twice. What was refused or "
    "failed may be tried again under the same one.",
    "schema": {"type": "string", "minLength": 1, "maxLength": idempotency.LONGEST},
}
