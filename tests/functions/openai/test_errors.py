"""Every refusal raises the SDK's own class for it, with the member that is wrong."""

import json
from collections.abc import Callable
from typing import Any

import httpx2
import openai
import pytest

from labverse.route.ports import ProviderFailure
from tests.functions.conftest import Cloud
from tests.functions.openai.conftest import Models
from tests.functions.openai.test_sdk import USER, WEATHER
from tests.unit.route.fakes import FakeKeys

IMAGE = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}


def ask(sdk: openai.OpenAI, **body: Any) -> Any:
    """A request with members that the SDK's types may not know."""
    sent = {"model": "auto", "messages": [USER], **body}
    return sdk.post("/chat/completions", cast_to=object, body=sent)


def refused(sdk: openai.OpenAI, **body: Any) -> openai.BadRequestError:
    with pytest.raises(openai.BadRequestError) as caught:
        ask(sdk, **body)
    assert caught.value.type == "invalid_request_error"
    return caught.value


@pytest.mark.parametrize("key", ["nonsense", "lv_000000000000_wrong"])
def test_a_wrong_key(connect: Callable[[str], openai.OpenAI], key: str) -> None:
    for call in (ask, lambda sdk: list(sdk.models.list())):
        with pytest.raises(openai.AuthenticationError) as caught:
            call(connect(key))
        assert (caught.value.type, caught.value.code) == ("authentication_error", "invalid_api_key")
        assert caught.value.response.headers["www-authenticate"].startswith("Bearer")
        assert caught.value.request_id == "trace-1"


def test_a_key_without_the_scope(connect: Callable[[str], openai.OpenAI], other_key: str) -> None:
    with pytest.raises(openai.PermissionDeniedError, match="'route'") as caught:
        ask(connect(other_key))
    assert caught.value.type == "permission_error"


def test_the_key_is_looked_at_first(connect: Callable[[str], openai.OpenAI]) -> None:
    with pytest.raises(openai.AuthenticationError):
        ask(connect("nonsense"), messages="none")


@pytest.mark.parametrize(
    ("name", "value"),
    [("x-labverse-task-class", "lazy"), ("x-labverse-max-latency-ms", "0"),
     ("x-labverse-max-cost-usd", "much")],
)  # fmt: skip
def test_our_headers_are_checked_too(sdk: openai.OpenAI, name: str, value: str) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        sdk.chat.completions.create(model="auto", messages=[USER], extra_headers={name: value})
    assert caught.value.param == name


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [(b"{", "application/json", 400), (b"", "application/json", 400),
     (b"[]", "application/json", 400), (b"{}", "text/plain", 400),
     (b'"' + b"x" * 1_000_001, "application/json", 413)],
)  # fmt: skip
def test_bodies_that_are_not_read(sdk: openai.OpenAI, body: bytes, media: str, status: int) -> None:
    client: httpx2.Client = sdk._client
    headers = {"content-type": media, "authorization": f"Bearer {sdk.api_key}"}
    response = client.post(f"{sdk.base_url}chat/completions", content=body, headers=headers)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    assert response.json()["error"]["type"] == "invalid_request_error"


def test_an_unknown_model(sdk: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="gpt-9") as caught:
        ask(sdk, model="gpt-9")
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"messages": [{"role": "user", "content": [IMAGE]}]}, "messages"),
        ({"tools": [WEATHER]}, "tools"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"seed": 1}, "seed"),
        ({"stop": "x"}, "stop"),
    ],
)
def test_what_the_named_model_cannot_serve(
    sdk: openai.OpenAI, models: Models, body: dict[str, Any], param: str
) -> None:
    error = refused(sdk, model="small", **body)
    assert error.param == param
    assert "small" in str(error)
    assert models.calls == []


def test_what_no_configured_model_serves_is_not_worth_trying_again(sdk: openai.OpenAI) -> None:
    """`auto`, with a first model that takes no images and a second without a key."""
    error = refused(sdk, messages=[{"role": "user", "content": [IMAGE]}])
    assert (error.param, error.code) == ("messages", "invalid_value")
    assert "first, small" in str(error)


def test_a_prompt_that_fits_nowhere(sdk: openai.OpenAI) -> None:
    long: Any = {"role": "user", "content": "word " * 20_000}
    error = refused(sdk, messages=[long])
    assert (error.param, error.code) == ("messages", "context_length_exceeded")


def test_nobody_answers(sdk: openai.OpenAI, models: Models) -> None:
    models.reply = ProviderFailure("overloaded", "told to")
    with pytest.raises(openai.InternalServerError) as caught:
        ask(sdk)
    assert (caught.value.status_code, caught.value.type) == (503, "server_error")
    assert caught.value.response.headers["x-labverse-attempts"] == (
        "alpha:overloaded,ollama:overloaded"
    )


@pytest.mark.parametrize("keys", [FakeKeys(down=True)], ids=["no secrets"])
@pytest.mark.usefixtures("keys")
def test_keys_that_cannot_be_read_are_not_the_callers_fault(sdk: openai.OpenAI) -> None:
    with pytest.raises(openai.InternalServerError) as caught:
        ask(sdk, tools=[WEATHER])
    assert "cannot be read" in caught.value.response.headers["x-labverse-refused"]


def test_a_fault_of_ours_tells_nothing(sdk: openai.OpenAI, models: Models) -> None:
    def fault(_: Any) -> Any:
        raise ValueError("the secret plan of Mrs Smith")

    models.reply = fault
    with pytest.raises(openai.InternalServerError) as caught:
        ask(sdk)
    assert caught.value.status_code == 500
    assert "secret" not in json.dumps(caught.value.body)


def test_a_key_table_that_is_down(sdk: openai.OpenAI, cloud: Cloud) -> None:
    cloud.down = True
    with pytest.raises(openai.InternalServerError) as caught:
        ask(sdk)
    assert (caught.value.status_code, caught.value.type) == (503, "server_error")
