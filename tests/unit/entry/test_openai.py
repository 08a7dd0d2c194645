"""OpenAI's words and ours: errors, headers, and what a request becomes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.entry.openai import errors, headers, rules, stream, translate
from labverse.entry.openai.request import ChatRequest, Limits
from labverse.entry.openai.response import completion
from labverse.entry.openai.wire import ToolCall
from labverse.kernel.errors import (
    Conflict,
    FieldError,
    InvalidInput,
    LabverseError,
    Refused,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnsupportedMedia,
)
from labverse.route.chat import ToolCall as Called
from labverse.route.errors import UnknownModel
from labverse.route.models import AnalyzeRequest
from labverse.route.ports import Routed
from tests.unit.route.fakes import World

NO_LIMITS = Limits("default", None, None)
FIELD = [FieldError(field="messages.0.content.2.text", message="no", kind="missing")]


@pytest.mark.parametrize(
    ("error", "status", "type_", "param", "code"),
    [
        (Unauthenticated("x"), 401, "authentication_error", None, "invalid_api_key"),
        (Refused("x"), 403, "permission_error", None, "insufficient_permissions"),
        (InvalidInput("x", FIELD), 400, "invalid_request_error", "messages[0].content[2].text",
         "missing_required_parameter"),
        (InvalidInput("x"), 400, "invalid_request_error", None, None),
        (UnsupportedMedia("x"), 400, "invalid_request_error", None, None),
        (UnknownModel("x", [FieldError(field="model", message="no")]), 404,
         "invalid_request_error", "model", "model_not_found"),
        (TooLarge("x"), 413, "invalid_request_error", None, "request_too_large"),
        (Conflict("x"), 409, "invalid_request_error", None, None),
        (Unavailable("x"), 503, "server_error", None, None),
        (LabverseError("x"), 500, "server_error", None, None),
    ],
)  # fmt: skip
def test_each_error_in_openais_words(
    error: LabverseError, status: int, type_: str, param: str | None, code: str | None
) -> None:
    answer = errors.render(error, "t")
    told = json.loads(answer["body"])["error"]
    assert (answer["statusCode"], told["type"]) == (status, type_)
    assert (told["param"], told["code"]) == (param, code)


def test_who_was_asked_and_who_was_not_is_in_the_message_too() -> None:
    """Most clients show the message and nothing else."""
    extra = {
        "attempts": [{"provider": "openai", "outcome": "timeout"}],
        "refused": [{"model": "small", "reason": "it cannot serve: tools"}],
    }
    answer = errors.render(Unavailable("nobody", extra=extra), "t")
    message = json.loads(answer["body"])["error"]["message"]
    assert message == "nobody; attempts: openai:timeout; refused: small: it cannot serve: tools"


@given(st.lists(st.tuples(st.text(), st.text(max_size=500)), max_size=50))
def test_headers_are_ascii_and_short_whatever_config_holds(pairs: list[tuple[str, str]]) -> None:
    for text in headers.of_attempts(pairs, pairs).values():
        assert text.isascii()
        assert text.isprintable()
        assert len(text) <= 2000


def request(**more: object) -> ChatRequest:
    return ChatRequest.model_validate(
        {"model": "auto", "messages": [{"role": "user", "content": "hi"}], **more}
    )


def test_one_prompt_is_the_same_work_by_either_route() -> None:
    made = translate.work(request(), NO_LIMITS)
    assert made == AnalyzeRequest(text="hi").as_work()


def test_what_we_answer_can_be_sent_back() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    answered = {"role": "assistant", "content": "", "tool_calls": [call], "refusal": None,
                "annotations": [], "audio": None, "function_call": None}  # fmt: skip
    told = {"role": "tool", "tool_call_id": "1", "content": "done"}
    sent = request(messages=[{"role": "user", "content": "hi"}, answered, told])
    rules.check(sent)
    assistant = translate.conversation(sent).messages[1]
    assert assistant.parts == (), "an empty text says nothing"
    assert assistant.tool_calls == (Called(id="1", name="f", arguments="{}"),)


@given(st.text(min_size=1), st.lists(st.sampled_from(["{}", '{"a": "\\u2028"}']), max_size=3))
def test_a_stream_says_what_the_answer_says(text: str, arguments: list[str]) -> None:
    world = World()
    routed = world.router.run(translate.work(request(), NO_LIMITS))
    calls = tuple(
        Called(id=str(number), name="f", arguments=each) for number, each in enumerate(arguments)
    )
    reply = routed.reply.model_copy(update={"text": text, "tool_calls": calls})
    whole = completion(Routed(answer=routed.answer, reply=reply), world.clock.now())
    lines = [line for line in stream.events(whole, False).split("\n\n") if line]
    assert lines.pop() == "data: [DONE]"
    assert all("\n" not in line for line in lines)
    deltas = [json.loads(line.removeprefix("data: "))["choices"][0]["delta"] for line in lines]
    assert "".join(delta.get("content") or "" for delta in deltas) == text
    told: list[ToolCall] = whole.choices[0].message.tool_calls or []
    pieces = [piece for delta in deltas for piece in delta.get("tool_calls", ())]
    assert [piece["id"] for piece in pieces if "id" in piece] == [call.id for call in told]
    for index, call in enumerate(told):
        mine = [piece["function"] for piece in pieces if piece["index"] == index]
        assert "".join(piece["arguments"] for piece in mine) == call.function.arguments
