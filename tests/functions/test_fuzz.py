"""5,000 generated requests through the front door of route: none is a fault of ours."""

import base64
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.functions.conftest import CONTEXT, Cloud

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
FIELDS = (
    "text",
    "task_class",
    "max_latency_ms",
    "max_cost_usd",
    "max_output_tokens",
    "model",
    "cache_seconds",
)
REQUESTS = st.dictionaries(
    st.sampled_from([*FIELDS, "other"]), JSON_VALUES | st.text(min_size=1), max_size=7
) | st.fixed_dictionaries(
    {"text": st.text(min_size=1, max_size=200)},
    optional={
        "task_class": st.sampled_from(["critical", "default", "creative"]),
        "max_latency_ms": st.integers(1, 25_000),
        "max_cost_usd": st.decimals(0, 1, places=6).map(float),
        "max_output_tokens": st.integers(1, 32_768),
        "cache_seconds": st.integers(1, 86_400),
        "model": st.sampled_from(["qwen2:7b", "gpt-9"]),
    },
)
BODIES = (
    REQUESTS.map(json.dumps)
    | JSON_VALUES.map(json.dumps)
    | st.text(max_size=60)
    | st.binary(max_size=60).map(lambda raw: base64.b64encode(raw).decode())
    | st.none()
)
HEADERS = st.dictionaries(
    st.sampled_from(["content-type", "authorization", "x-api-key", "x-other", "idempotency-key"]),
    st.sampled_from(["application/json", "text/plain", "Bearer x", ""]) | st.text(max_size=20),
    max_size=3,
)


SENT = st.tuples(BODIES, HEADERS, st.booleans(), st.booleans())


@pytest.mark.usefixtures("model")
def test_no_request_is_a_fault_of_ours(
    route: Any, event: Callable[[str], Any], cloud: Cloud
) -> None:
    seen: Counter[int] = Counter()

    @settings(max_examples=5000, deadline=None)
    @given(SENT)
    def ask(sent: tuple[str | None, dict[str, str], bool, bool]) -> None:
        body, headers, keyed, encoded = sent
        asked = event("route/http") | {"body": body, "isBase64Encoded": encoded}
        asked["headers"] = {**headers, "x-api-key": cloud.key} if keyed else headers
        answer = route.http(asked, CONTEXT)
        seen[answer["statusCode"]] += 1
        assert answer["statusCode"] < 500, answer["body"]
        if answer["statusCode"] >= 400:
            problem = json.loads(answer["body"])
            assert problem["trace_id"] == asked["requestContext"]["requestId"]
            assert problem["status"] == answer["statusCode"]

    ask()
    assert seen.keys() - {409} == {200, 401, 415, 422}, f"the generator lost its reach: {seen}"
