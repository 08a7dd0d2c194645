"""The adapters against a mock of providers that somebody else wrote: it shares none of our ideas
of what a provider sends, so what both get wrong in the same way is found here."""

import time
from typing import Any

import httpx
import pytest

from labverse.adapters.openai_compatible import OpenAICompatible
from labverse.route.models import Outcome
from labverse.route.ports import Call, ProviderFailure
from tests.aimock import ANSWER, QUESTION, Aimock

CALL = Call(model="gpt-4o-mini", text=QUESTION, temperature=0.6, max_output_tokens=64, seconds=10.0)


def complete(server: Aimock, client: httpx.Client, **change: Any) -> Any:
    with client:
        adapter = OpenAICompatible(f"{server.url}/v1", client)
        return adapter.complete(CALL.model_copy(update=change))


def test_a_good_answer(aimock: Aimock) -> None:
    reply = complete(aimock, aimock.client())
    assert (reply.text, reply.model, reply.finish) == (ANSWER, CALL.model, "stop")
    assert (reply.tokens.input, reply.tokens.output) == (8, 2)


@pytest.mark.parametrize(
    ("chaos", "outcome"),
    [
        ("drop", "server_error"),
        ("malformed", "bad_response"),
        ("ratelimit", "rate_limited"),
        ("disconnect", "unreachable"),
    ],
)
def test_chaos_is_a_typed_failure(aimock: Aimock, chaos: str, outcome: Outcome) -> None:
    with pytest.raises(ProviderFailure) as caught:
        complete(aimock, aimock.client(**{chaos: 1}))
    assert caught.value.outcome == outcome


def test_a_question_it_does_not_know_is_a_typed_failure(aimock: Aimock) -> None:
    with pytest.raises(ProviderFailure):
        complete(aimock, aimock.client(), text="Which way is up?")


def test_a_late_answer_is_waited_for(aimock: Aimock) -> None:
    assert complete(aimock, aimock.client(latency=300)).text == ANSWER


def test_an_answer_after_the_deadline_is_given_up(aimock: Aimock) -> None:
    began = time.monotonic()
    with pytest.raises(ProviderFailure) as caught:
        complete(aimock, aimock.client(latency=5000), seconds=0.3)
    assert caught.value.outcome == "timeout"
    assert time.monotonic() - began < 2
