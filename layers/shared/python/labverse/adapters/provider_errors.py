"""What a provider's refusal means, in route's words; every vendor has its own for each."""

import json
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any

from labverse.route.models import Outcome
from labverse.route.ports import ProviderFailure

# Substrings of a lower-cased error code, type or message.
_NO_MONEY = (
    "insufficient_quota", "exceeded_current_quota", "exceeded your current quota",
    "allocationquota", "arrearage", "account is in good standing", "credit balance is too low",
    "insufficient balance", "insufficient_balance", "insufficient credit", "insufficient funds",
    "credit exhausted", "credits exhausted", "credit_exhausted", "out of credits",
    "billing_error", "billing_hard_limit", "billing cycle", "suspended due to",
)  # fmt: skip
_NO_BALANCE = (*_NO_MONEY, "balance", "credit", "quota", "billing", "payment")
_OVERLOADED = ("overloaded",)
# What Ollama says when it is up and its queue is full.
_BUSY = (*_OVERLOADED, "busy", "maximum pending requests")
_TOO_LONG = (
    "context_length_exceeded", "exceed_context_size", "exceeds the available context",
    "maximum context length", "context length", "context window", "context size",
    "exceed context limit", "prompt is too long", "prompt too long", "input is too long",
    "exceeded model token limit", "range of input length", "request_too_large",
    "maximum number of tokens", "reduce the length of the messages",
)  # fmt: skip
_AGAIN = "retry-after"
_UNAVAILABLE = 503


def refusal(status: int, headers: Mapping[str, str], raw: bytes) -> ProviderFailure:
    """The failure that an answer other than 200 is. Its detail quotes no word of the answer."""
    outcome = _outcome(status, error_words(raw))
    return ProviderFailure(outcome, f"status {status}", retry_after=retry_after(headers))


def local_refusal(status: int, headers: Mapping[str, str], raw: bytes) -> ProviderFailure:
    """The same of a local model: 503 is what stands in front of it when it is not up.

    API Gateway says so where its private link finds no healthy task, and a server that still loads
    its weights says so itself; one that is up and has too much to do names the reason.
    """
    if status != _UNAVAILABLE:
        return refusal(status, headers, raw)
    outcome: Outcome = "overloaded" if _has(error_words(raw), _BUSY) else "warming"
    return ProviderFailure(outcome, f"status {status}", retry_after=retry_after(headers))


def error_words(raw: bytes) -> str:
    """An error body's code, type, parameter and message, in lower case; "" where it has none."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return raw[:2000].decode("utf-8", "replace").lower()
    error = body.get("error", body) if isinstance(body, dict) else body
    if not isinstance(error, dict):
        return str(error)[:2000].lower()
    named = (error.get(name) for name in ("code", "type", "param", "message", "detail"))
    return " ".join(value for value in named if isinstance(value, str)).lower()


def _outcome(status: int, words: str) -> Outcome:
    if status < 400:
        return "bad_response"  # a redirect, or success without an answer: nothing we asked for
    by_status: dict[int, Outcome] = {
        401: "unauthorized", 402: "quota_exhausted", 408: "timeout", 413: "context_exceeded",
        504: "timeout", 529: "overloaded",
    }  # fmt: skip
    if status in by_status:
        return by_status[status]
    if status == 403:
        return "quota_exhausted" if _has(words, _NO_BALANCE) else "unauthorized"
    if status >= 500:
        return _server_side(words)
    return _client_side(status, words)


def _server_side(words: str) -> Outcome:
    if _has(words, _OVERLOADED):
        return "overloaded"
    return "context_exceeded" if _has(words, _TOO_LONG) else "server_error"


def _client_side(status: int, words: str) -> Outcome:
    # Anthropic says 400 where the credit is used up, everybody else 429.
    if _has(words, _NO_MONEY):
        return "quota_exhausted"
    if status == 429:
        return "overloaded" if _has(words, _OVERLOADED) else "rate_limited"
    return "context_exceeded" if _has(words, _TOO_LONG) else "rejected"


def _has(words: str, any_of: tuple[str, ...]) -> bool:
    return any(phrase in words for phrase in any_of)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the provider asks us to stay away, at least 0; None where it does not say."""
    for name, unit in ((f"{_AGAIN}-ms", 0.001), (_AGAIN, 1.0)):
        value = headers.get(name)
        seconds = None if value is None else _seconds(value, unit)
        if seconds is not None:
            return max(seconds, 0.0)
    return None


def _seconds(value: str, unit: float) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return _until(value)
    return number * unit if isfinite(number) else None


def _until(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None


def is_about(words: str, parameter: str, body: Mapping[str, Any]) -> bool:
    """Whether a refusal names a parameter that was in the request."""
    return parameter in body and parameter in words
