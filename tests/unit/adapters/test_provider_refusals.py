"""What each status and error body of a vendor means to the router, over real HTTP."""

import time
from email.utils import formatdate
from typing import Any

import pytest

from labverse.route.models import Outcome
from tests.unit.adapters.apis import OPENAI, Api
from tests.unit.adapters.faults import Server, failing, replying


def error(**members: str) -> dict[str, Any]:
    return {"error": members}


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (429, {}, "rate_limited"),
        (429, b"slow down", "rate_limited"),
        (429, error(code="rate_limit_exceeded",
                    message="Rate limit reached. Add a payment method to your billing."),
         "rate_limited"),
        (429, error(code="Throttling.RateQuota"), "rate_limited"),
        (429, error(type="rate_limit_error"), "rate_limited"),
        (429, error(type="insufficient_quota"), "quota_exhausted"),
        (429, error(code="Throttling.AllocationQuota"), "quota_exhausted"),
        (429, error(type="exceeded_current_quota_error"), "quota_exhausted"),
        (429, error(type="engine_overloaded_error"), "overloaded"),
        (400, error(message="Your credit balance is too low to access the API"),
         "quota_exhausted"),
        (402, error(type="billing_error"), "quota_exhausted"),
        (403, {"code": "Arrearage", "message": "Access denied"}, "quota_exhausted"),
        (403, error(message="insufficient balance"), "quota_exhausted"),
        (403, error(code="AccessDenied"), "unauthorized"),
        (403, b"", "unauthorized"),
        (500, {}, "server_error"),
        (502, b"<html>bad gateway</html>", "server_error"),
        (503, {}, "server_error"),
        (503, error(type="overloaded_error"), "overloaded"),
        (503, error(message="The engine is currently overloaded"), "overloaded"),
        (529, {}, "overloaded"),
        (504, {}, "timeout"),
        (408, {}, "timeout"),
        (404, error(code="model_not_found"), "rejected"),
        (400, error(message="unknown parameter"), "rejected"),
        (400, {"error": ["odd"]}, "rejected"),
        (400, error(code="context_length_exceeded"), "context_exceeded"),
        (400, error(type="exceed_context_size_error"), "context_exceeded"),
        (400, error(message="prompt is too long: 9 tokens > 8 maximum"), "context_exceeded"),
        (400, error(message="input length and `max_tokens` exceed context limit"),
         "context_exceeded"),
        (400, error(message="<400> Range of input length should be [1, 30720]"),
         "context_exceeded"),
        (400, error(message="Your request exceeded model token limit: 8192"),
         "context_exceeded"),
        (413, error(type="request_too_large"), "context_exceeded"),
        (301, {}, "bad_response"),
        (204, b"", "bad_response"),
        (200, b"{oops", "bad_response"),
        (200, b"", "bad_response"),
        (200, b"\xff\xfe", "bad_response"),
        (200, b"[" * 200_000, "bad_response"),
        (200, [], "bad_response"),
        (200, "text", "bad_response"),
        (200, {}, "bad_response"),
        (200, error(type="overloaded_error"), "bad_response"),
    ],
)  # fmt: skip
def test_a_refusal_is_typed(
    server: Server, api: Api, status: int, body: object, outcome: Outcome
) -> None:
    server.behaviour = replying(status, body, location="/elsewhere")
    failure = failing(server, api)
    assert (failure.outcome, failure.tokens) == (outcome, None)
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"retry_after": "2"}, 2, 2),
        ({"retry_after": "0.25"}, 0.25, 0.25),
        ({"retry_after_ms": "1500", "retry_after": "9"}, 1.5, 1.5),
        ({"retry_after": "-3"}, 0, 0),
        ({"retry_after": formatdate(time.time() + 3600, usegmt=True)}, 60, 3601),
        ({"retry_after": formatdate(0, usegmt=True)}, 0, 0),
    ],
)
def test_what_the_provider_asks_for_is_heard(
    server: Server, api: Api, headers: dict[str, str], least: float, most: float
) -> None:
    for status in (429, 529):
        server.behaviour = replying(status, {}, **headers)
        asked = failing(server, api).retry_after
        assert asked is not None
        assert least <= asked <= most


@pytest.mark.parametrize("value", ["soon", "nan", "inf", "", "Mon, 99 Foo"])
def test_a_wish_that_means_nothing_is_none(server: Server, value: str) -> None:
    server.behaviour = replying(429, {}, retry_after=value)
    assert failing(server, OPENAI).retry_after is None
