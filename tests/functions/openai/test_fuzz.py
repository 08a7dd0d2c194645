"""1,000 generated requests: none is a fault of ours, and each refusal is in OpenAI's shape."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from labverse.entry.openai.request import ChatRequest
from tests.functions.conftest import Cloud
from tests.functions.test_fuzz import BODIES, HEADERS, JSON_VALUES

TEXT = st.text(max_size=20)
CALLS = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from(["1", "2"]), "type": st.just("function")},
        optional={"function": st.fixed_dictionaries({"name": TEXT, "arguments": TEXT})},
    ),
    max_size=2,
)
IMAGE = st.fixed_dictionaries(
    {"type": st.just("image_url"),
     "image_url": st.fixed_dictionaries({"url": st.sampled_from(["https://x/a.png", "x"])})}
)  # fmt: skip
PART = st.fixed_dictionaries({"type": st.just("text"), "text": TEXT}) | IMAGE | JSON_VALUES
MESSAGE = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "developer", "user", "assistant", "tool"])},
    optional={
        "content": TEXT | st.lists(PART, max_size=3) | JSON_VALUES,
        "tool_calls": CALLS,
        "tool_call_id": st.sampled_from(["1", "2"]),
        "refusal": st.none(),
    },
)
TOOL = st.fixed_dictionaries(
    {"type": st.just("function"),
     "function": st.fixed_dictionaries(
         {"name": st.sampled_from(["a", "b", "!"])},
         optional={"parameters": st.dictionaries(TEXT, JSON_VALUES, max_size=2)},
     )},
)  # fmt: skip
MEMBERS: dict[str, Any] = {
    "tools": st.lists(TOOL, max_size=2),
    "tool_choice": st.sampled_from(["auto", "none", "required", "function", {}]),
    "response_format": st.sampled_from([{"type": "text"}, {"type": "json_object"}, {}]),
    "stop": TEXT | st.lists(TEXT, max_size=5),
    "seed": st.integers(),
    "temperature": st.floats(0, 3),
    "max_tokens": st.integers(0, 40_000),
    "stream": st.booleans(),
    "stream_options": st.sampled_from([{}, {"include_usage": True}, {"other": 1}]),
    "user": TEXT,
}
WELL = st.fixed_dictionaries({"role": st.just("user"), "content": st.just("hello")})
NAME = st.sampled_from(["auto", "first", "small", "gpt-9"])
GOOD = st.fixed_dictionaries(
    {"model": NAME, "messages": st.lists(WELL, min_size=1, max_size=2)},
    optional={
        "stream": st.booleans(),
        "temperature": st.floats(0, 2),
        "stop": st.text(min_size=1, max_size=3),
        "max_tokens": st.integers(1, 32_768),
        "user": TEXT,
    },
)
ASKED = st.fixed_dictionaries(
    {"model": NAME, "messages": st.lists(MESSAGE | WELL, max_size=4)},
    optional=MEMBERS,
)  # fmt: skip
LOOSE = st.dictionaries(st.sampled_from([*ChatRequest.model_fields, "other"]), JSON_VALUES)
SENT = st.tuples(
    (GOOD | ASKED).map(json.dumps) | LOOSE.map(json.dumps) | BODIES,
    HEADERS,
    st.sampled_from([True, True, True, False]),
)


def test_no_request_is_a_fault_of_ours(
    http: Callable[[Any], Any], event: Callable[[str], Any], cloud: Cloud
) -> None:
    seen: Counter[int] = Counter()

    @settings(max_examples=1000, deadline=None)
    @given(SENT)
    def ask(sent: tuple[str | None, dict[str, str], bool]) -> None:
        body, headers, keyed = sent
        asked = event("route/chat") | {"body": body}
        key = {"authorization": f"Bearer {cloud.key}"} if keyed else {}
        asked["headers"] = {**headers, **key}
        answer = http(asked)
        status = answer["statusCode"]
        seen[status] += 1
        assert status < 500, answer["body"]
        if status >= 400:
            error = json.loads(answer["body"])["error"]
            assert error.keys() == {"message", "type", "param", "code"}
            assert error["message"]

    ask()
    assert seen.keys() - {409} == {200, 400, 401, 404}, f"the generator lost its reach: {seen}"
