"""OpenAI's SDK where answers are repeated or kept."""

from typing import Any

import openai
import pytest

from labverse.route.chat import ToolCall
from tests.functions.conftest import Cloud
from tests.functions.openai.conftest import Models, said

HELLO: Any = [{"role": "user", "content": "Hello"}]


def chat(sdk: openai.OpenAI, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    raw = sdk.chat.completions.with_raw_response
    return raw.create(model="auto", messages=HELLO, extra_headers=named)


def test_openais_sdk_gets_the_first_completion_again(sdk: openai.OpenAI, models: Models) -> None:
    first, again = (chat(sdk, idempotency_key="order-7") for _ in range(2))
    assert again.parse() == first.parse()
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["x-labverse-trace-id"] == first.headers["x-labverse-trace-id"]
    assert len(models.calls) == 1


def test_openais_sdk_reads_the_conflict(sdk: openai.OpenAI, cloud: Cloud) -> None:
    chat(sdk, idempotency_key="order-7")
    for item in cloud.answers.items.values():
        item["state"] = {"S": "running"}
    with pytest.raises(openai.ConflictError) as caught:
        chat(sdk, idempotency_key="order-7")
    assert caught.value.code == "running"
    assert caught.value.response.headers["retry-after"] == "1"
    with pytest.raises(openai.ConflictError) as caught:
        sdk.with_options(max_retries=2).chat.completions.create(
            model="auto",
            messages=[{"role": "user", "content": "Bye"}],
            extra_headers={"Idempotency-Key": "order-7"},
        )
    assert caught.value.code == "other_request"
    assert caught.value.response.headers["x-should-retry"] == "false"
    assert caught.value.response.request.headers["x-stainless-retry-count"] == "0"
    with pytest.raises(openai.BadRequestError, match="Idempotency-Key"):
        chat(sdk, idempotency_key="x" * 256)


@pytest.mark.parametrize("seconds", ["0", "86401", "soon"])
def test_an_impossible_age_is_refused(seconds: str, sdk: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="x-labverse-cache-seconds"):
        chat(sdk, x_labverse_cache_seconds=seconds)


def test_a_kept_answer_says_so(sdk: openai.OpenAI, models: Models) -> None:
    first, again = (chat(sdk, x_labverse_cache_seconds="60") for _ in range(2))
    assert [one.headers["x-labverse-cached"] for one in (first, again)] == ["false", "true"]
    assert again.headers["x-labverse-cost-usd"] == "0"
    assert again.parse().choices == first.parse().choices
    assert again.parse().usage == first.parse().usage
    assert len(models.calls) == 1
    chat(sdk)
    assert len(models.calls) == 2


def test_tool_calls_are_kept_whole(sdk: openai.OpenAI, models: Models) -> None:
    call = ToolCall(id="call_1", name="weather", arguments='{"city": "Paris"}')
    models.reply = said("", finish="tool_calls", tool_calls=(call,))
    first, again = (chat(sdk, x_labverse_cache_seconds="60").parse() for _ in range(2))
    (asked,) = again.choices[0].message.tool_calls
    assert (asked.id, asked.function.arguments) == ("call_1", '{"city": "Paris"}')
    assert again.choices == first.choices
    assert len(models.calls) == 1
