"""OpenAI's SDK, unchanged, against the deployed app: only the address and the key are ours."""

from collections.abc import Iterator

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

from tests.cloud import Deployed

QUESTION: ChatCompletionMessageParam = {
    "role": "user",
    "content": "What is the capital of France?",
}


@pytest.fixture
def sdk(deployed: Deployed) -> Iterator[openai.OpenAI]:
    url, key = f"{deployed.facts['api_url']}/v1", deployed.facts["api_key"]
    with openai.OpenAI(base_url=url, api_key=key, timeout=30) as client:
        yield client


def test_chat(sdk: openai.OpenAI) -> None:
    raw = sdk.chat.completions.with_raw_response.create(model="auto", messages=[QUESTION])
    answer = raw.parse()
    assert "Paris" in (answer.choices[0].message.content or "")
    assert answer.usage is not None
    assert answer.usage.completion_tokens >= 1
    assert answer.id == f"chatcmpl-{raw.headers['x-labverse-trace-id']}"
    assert raw.headers["x-labverse-attempts"].endswith(":ok")


def test_stream(sdk: openai.OpenAI) -> None:
    with sdk.chat.completions.stream(
        model="auto", messages=[QUESTION], stream_options={"include_usage": True}
    ) as stream:
        answer = stream.get_final_completion()
    assert "Paris" in (answer.choices[0].message.content or "")
    assert answer.usage is not None
    assert answer.usage.total_tokens > 1


def test_every_model_that_is_listed_can_be_named(sdk: openai.OpenAI) -> None:
    names = [model.id for model in sdk.models.list()]
    assert names[0] == "auto"
    assert len(names) > 1
    answer = sdk.chat.completions.create(model=names[-1], messages=[QUESTION], max_tokens=8)
    assert answer.choices[0].finish_reason in ("stop", "length")


def test_a_wrong_key(sdk: openai.OpenAI) -> None:
    stranger = sdk.with_options(api_key="lv_000000000000_wrong", max_retries=0)
    with pytest.raises(openai.AuthenticationError):
        stranger.chat.completions.create(model="auto", messages=[QUESTION])
    with pytest.raises(openai.AuthenticationError):
        stranger.models.list()


def test_an_unknown_parameter(sdk: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        sdk.chat.completions.create(model="auto", messages=[QUESTION], extra_body={"colour": "red"})
    assert (caught.value.param, caught.value.code) == ("colour", "unknown_parameter")


def test_an_unknown_model(sdk: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        sdk.chat.completions.create(model="gpt-9", messages=[QUESTION])
    assert caught.value.code == "model_not_found"


def test_tools_where_no_model_has_them(sdk: openai.OpenAI) -> None:
    """The embedded model is the one that is sure to be there; it calls no tools."""
    local = [model.id for model in sdk.models.list() if model.owned_by == "ollama"]
    with pytest.raises(openai.BadRequestError) as caught:
        sdk.chat.completions.create(
            model=local[-1],
            messages=[QUESTION],
            tools=[{"type": "function", "function": {"name": "weather"}}],
        )
    assert caught.value.param == "tools"
