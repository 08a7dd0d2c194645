"""The adapters against a mock of providers that somebody else wrote: it shares none of our ideas
of what a provider sends, so what both get wrong in the same way is found here."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpcore
import pytest

from labverse.adapters.anthropic import Anthropic
from labverse.adapters.deadline import Answer, Client
from labverse.adapters.openai_compatible import OpenAICompatible
from labverse.route.chat import Chat
from labverse.route.models import Outcome
from labverse.route.ports import Call, ModelPort, ProviderFailure
from tests.aimock import ANSWER, QUESTION, Aimock

CALL = Call(
    model="gpt-4o-mini", chat=Chat.of(QUESTION), temperature=0.6, max_output_tokens=64, seconds=10
)
APIS = pytest.mark.parametrize("api", ["openai", "anthropic", "ollama"])


class Key:
    """The one key there is."""

    def current(self, provider: str) -> str | None:
        return f"key-of-{provider}"

    again = current


def adapter(api: str, server: Aimock, client: Client) -> ModelPort:
    url = f"{server.url}/v1"
    if api == "anthropic":
        return Anthropic(url, client, api, Key())
    return OpenAICompatible(url, client, api, None if api == "ollama" else Key())


class Adding(Client):
    """The adapters send their own headers only, so the mock's are added on the way out."""

    def __init__(self, more: Mapping[str, str]) -> None:
        super().__init__()
        self.more = more

    @contextmanager
    def post(
        self, url: httpcore.URL, headers: Mapping[str, str], content: bytes
    ) -> Iterator[Answer]:
        with super().post(url, {**headers, **self.more}, content) as answer:
            yield answer


def complete(api: str, server: Aimock, call: Call = CALL, **chaos: float) -> Any:
    client = Adding(server.headers(**chaos))
    try:
        return adapter(api, server, client).complete(call)
    finally:
        client.close()


@APIS
def test_a_good_answer(aimock: Aimock, api: str) -> None:
    reply = complete(api, aimock)
    assert (reply.text, reply.model, reply.finish) == (ANSWER, CALL.model, "stop")
    counts = (reply.tokens.input, reply.tokens.output)
    assert counts == ((0, 0) if api == "anthropic" else (8, 2)), "as the mock counts them"


@APIS
@pytest.mark.parametrize(
    ("chaos", "outcome"),
    [
        ("drop", "server_error"),
        ("malformed", "bad_response"),
        ("ratelimit", "rate_limited"),
        ("disconnect", "unreachable"),
    ],
)
def test_chaos_is_a_typed_failure(aimock: Aimock, api: str, chaos: str, outcome: Outcome) -> None:
    with pytest.raises(ProviderFailure) as caught:
        complete(api, aimock, CALL, **{chaos: 1})
    assert caught.value.outcome == outcome


@APIS
def test_a_question_it_does_not_know_is_a_typed_failure(aimock: Aimock, api: str) -> None:
    with pytest.raises(ProviderFailure):
        complete(api, aimock, CALL.model_copy(update={"chat": Chat.of("Which way is up?")}))


@APIS
def test_a_late_answer_is_waited_for_and_a_later_one_given_up(aimock: Aimock, api: str) -> None:
    assert complete(api, aimock, latency=300).text == ANSWER
    with pytest.raises(ProviderFailure) as caught:
        complete(api, aimock, CALL.model_copy(update={"seconds": 0.3}), latency=5000)
    assert caught.value.outcome == "timeout"
