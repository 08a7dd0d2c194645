"""Both adapters against a server that misbehaves: every fault is typed, and none gets through."""

import gzip
import json
import threading
import time
import zlib
from typing import Any

import pytest

from labverse.route.chat import Chat, Tool
from labverse.route.models import Outcome
from labverse.route.ports import ProviderFailure
from tests.unit.adapters import faults
from tests.unit.adapters.apis import OPENAI, Api, call
from tests.unit.adapters.faults import Behaviour, Server, failing, replying

SOON = call(seconds=0.3)
# Not a measure, only proof that something ended: a loaded machine takes its time.
GENEROUS = 5 * 0.3
JSON = Chat.of("as JSON").model_copy(
    update={"json_schema": {"type": "object", "required": ["a"], "additionalProperties": False,
                            "properties": {"a": {"type": "integer"}}}}
)  # fmt: skip
TOOLS = Chat.of("hi").model_copy(
    update={"tools": (Tool(name="look", parameters={"type": "object", "required": ["at"]}),)}
)


@pytest.mark.parametrize("name", ["hang", "drip", "drip_headers"])
def test_a_server_that_never_ends_is_a_timeout(server: Server, api: Api, name: str) -> None:
    server.behaviour = getattr(server, name)
    began = time.monotonic()
    assert failing(server, api, SOON).outcome == "timeout"
    assert time.monotonic() - began < GENEROUS


def test_an_error_whose_body_never_ends_is_known_by_its_status(server: Server, api: Api) -> None:
    server.behaviour = server.drip_error
    assert failing(server, api, call(seconds=8)).outcome == "server_error"


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (faults.hang_up, "unreachable"),
        (faults.reset, "unreachable"),
        (faults.no_http, "unreachable"),
        (faults.short_body, "truncated"),
        (faults.short_chunks, "truncated"),
        (faults.reset_mid_body, "truncated"),
        (faults.endless, "bad_response"),
        (replying(200, b"no gzip", content_encoding="gzip"), "bad_response"),
        (replying(200, zlib.compress(b" " * 99_000_000), content_encoding="gzip"), "bad_response"),
        (replying(200, b"{}", content_encoding="br"), "bad_response"),
        (replying(500, b"no gzip", content_encoding="gzip"), "server_error"),
    ],
)
def test_a_broken_connection_is_typed(
    server: Server, api: Api, behaviour: Behaviour, outcome: Outcome
) -> None:
    server.behaviour = behaviour
    assert failing(server, api).outcome == outcome


@pytest.mark.parametrize("kind", ["gzip", "deflate"])
def test_a_body_that_is_compressed_unasked_is_read(server: Server, api: Api, kind: str) -> None:
    raw = json.dumps(api.good).encode()
    packed = gzip.compress(raw) if kind == "gzip" else zlib.compress(raw)
    server.behaviour = replying(200, packed, content_encoding=kind)
    assert server.ask(api).text == "Paris"
    assert server.headers[0]["accept-encoding"] == "identity"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/v1", "http://nobody.invalid/v1"])
def test_nobody_there_is_unreachable(server: Server, api: Api, url: str) -> None:
    with pytest.raises(ProviderFailure) as caught:
        api.adapter(url, server.client, None).complete(call())
    assert caught.value.outcome == "unreachable"


@pytest.mark.parametrize("text", ["", " \n"])
def test_blank_text_is_empty_and_billed(server: Server, api: Api, text: str) -> None:
    server.behaviour = replying(200, api.said(text))
    failure = failing(server, api)
    assert failure.outcome == "empty"
    assert failure.tokens is not None
    assert (failure.tokens.input, failure.tokens.output) == (13, 2)


@pytest.mark.parametrize("reason", [None, "function_call", "surprise", 7, ["stop"]])
def test_only_a_known_finish_is_one(server: Server, api: Api, reason: Any) -> None:
    server.behaviour = replying(200, api.finished(reason))
    failure = failing(server, api)
    assert failure.outcome == ("truncated" if reason is None else "bad_response")
    assert failure.tokens is not None


@pytest.mark.parametrize("text", ["oops", '{"a": "1"}', '{"a": 1, "b": 2}', "{}", "[]", '{"a": 1'])
def test_wrong_json_is_not_an_answer(server: Server, api: Api, text: str) -> None:
    server.behaviour = replying(200, api.said(text))
    failure = failing(server, api, call(JSON))
    assert failure.outcome == "wrong_format"
    assert failure.tokens is not None


@pytest.mark.parametrize("text", ["NaN", "42", "[1]", "```json\n{}\n```"])
def test_json_mode_wants_an_object(server: Server, api: Api, text: str) -> None:
    server.behaviour = replying(200, api.said(text))
    any_json = call(JSON.model_copy(update={"json_schema": {}}))
    assert failing(server, api, any_json).outcome == "wrong_format"
    server.behaviour = replying(200, api.said('{"b": 1}'))
    assert server.ask(api, any_json).text == '{"b": 1}'


def test_a_tool_that_was_not_offered_is_not_an_answer(server: Server, api: Api) -> None:
    server.behaviour = replying(200, api.called("rm", {"at": 1}))
    assert failing(server, api, call(TOOLS)).outcome == "wrong_format"


@pytest.mark.parametrize(
    "change", [{"tool_choice": "required"}, {"forced_tool": "look"}, {"tool_choice": "none"}]
)
def test_the_choice_of_tools_is_kept(server: Server, api: Api, change: dict[str, Any]) -> None:
    wanted = change.get("tool_choice") != "none"
    server.behaviour = replying(200, api.good if wanted else api.called("look", {"at": 1}))
    chat = TOOLS.model_copy(update=change)
    assert failing(server, api, call(chat)).outcome == "wrong_format"


def test_threads_share_a_client_but_no_answer_and_no_deadline(server: Server) -> None:
    def act(request: Any) -> None:
        asked = str(request.asked["messages"][0]["content"])
        if asked.startswith("late"):
            server.release.wait(10)
        replying(200, OPENAI.said(asked))(request)

    server.behaviour = act
    ended: dict[str, str] = {}

    def work(name: str) -> None:
        adapter = OPENAI.adapter(server.url, server.client, None)
        for turn in range(3):
            said = f"{name}-{turn}"
            try:
                seconds = 0.2 if name.startswith("late") else 8
                ended[said] = adapter.complete(call(Chat.of(said), seconds=seconds)).text
            except ProviderFailure as failure:
                ended[said] = failure.outcome

    names = [f"late{n}" for n in range(8)] + [f"good{n}" for n in range(24)]
    threads = [threading.Thread(target=work, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    expected = {f"{name}-{turn}": name for name in names for turn in range(3)}
    assert ended == {
        said: "timeout" if name.startswith("late") else said for said, name in expected.items()
    }
