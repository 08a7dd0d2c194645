"""The model adapter against a server that misbehaves on purpose, over real HTTP on loopback."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from labverse.adapters.openai_compatible import OpenAICompatible
from labverse.route.models import Outcome
from labverse.route.ports import Call, ProviderFailure

CALL = Call(model="m", text="hi", temperature=0.6, max_output_tokens=9, seconds=1.0)
GOOD: dict[str, Any] = {
    "model": "m-1",
    "choices": [{"message": {"content": " Paris\n"}, "finish_reason": "stop"}],
    "usage": {
        "prompt_tokens": 13,
        "completion_tokens": 2,
        "prompt_tokens_details": {"cached_tokens": 8},
    },
}
Behaviour = Callable[[BaseHTTPRequestHandler], None]


def replying(status: int, body: object) -> Behaviour:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()

    def act(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("content-length", str(len(raw)))
        request.end_headers()
        request.wfile.write(raw)

    return act


def with_choice(**change: Any) -> dict[str, Any]:
    return {**GOOD, "choices": [{**GOOD["choices"][0], **change}]}


@pytest.fixture
def server() -> Iterator["Server"]:
    made = Server()
    yield made
    made.release.set()
    made.http.shutdown()
    made.http.server_close()


class Server:
    """Answers every POST with `behaviour`; `release` ends whatever a behaviour waits for."""

    def __init__(self) -> None:
        self.behaviour: Behaviour = replying(200, GOOD)
        self.bodies: list[Any] = []
        self.release = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                outer.bodies.append(json.loads(self.rfile.read(length)))
                outer.behaviour(self)

            def log_message(self, *args: Any) -> None: ...

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def complete(self, call: Call = CALL) -> Any:
        url = f"http://127.0.0.1:{self.http.server_port}/v1/"
        with httpx.Client(trust_env=False) as client:
            return OpenAICompatible(url, client).complete(call)

    def hang(self, request: BaseHTTPRequestHandler) -> None:
        self.release.wait(10)

    def drip(self, request: BaseHTTPRequestHandler) -> None:
        """A byte every 50 ms: no single read is late, only their sum."""
        request.send_response(200)
        request.send_header("content-length", "100000")
        request.end_headers()
        while not self.release.wait(0.05):
            try:
                request.wfile.write(b" ")
            except OSError:
                return  # the client gave up, which is what the test wants to see

    def reset(self, request: BaseHTTPRequestHandler) -> None:
        request.connection.close()


def test_a_good_answer_is_read_whole(server: Server) -> None:
    reply = server.complete()
    assert (reply.text, reply.model, reply.finish) == ("Paris", "m-1", "stop")
    assert (reply.tokens.input, reply.tokens.cached_input, reply.tokens.output) == (13, 8, 2)
    assert server.bodies == [
        {
            "model": "m",
            "messages": [{"role": "user", "content": "hi"}],
            "temperature": 0.6,
            "max_tokens": 9,
            "stream": False,
        }
    ]


def test_usage_that_was_not_said_is_null_not_zero(server: Server) -> None:
    server.behaviour = replying(200, {key: GOOD[key] for key in ("model", "choices")})
    assert server.complete().tokens.input is None


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (replying(429, {}), "rate_limited"),
        (replying(500, {}), "server_error"),
        (replying(529, {}), "server_error"),
        (replying(504, {}), "timeout"),
        (replying(401, {}), "rejected"),
        (replying(404, {}), "rejected"),
        (replying(400, {}), "rejected"),
        (replying(400, {"error": {"type": "exceed_context_size_error"}}), "context_exceeded"),
        (replying(400, {"error": {"code": "context_length_exceeded"}}), "context_exceeded"),
        (replying(200, b"{oops"), "bad_response"),
        (replying(200, b"\xff\xfe"), "bad_response"),
        (replying(200, b"[]"), "bad_response"),
        (replying(200, {**GOOD, "choices": []}), "bad_response"),
        (replying(200, {**GOOD, "choices": None}), "bad_response"),
        (replying(200, {**GOOD, "usage": "many"}), "bad_response"),
        (replying(200, {**GOOD, "usage": {"prompt_tokens": "many"}}), "bad_response"),
        (replying(200, with_choice(finish_reason=None)), "bad_response"),
        (replying(200, with_choice(message={"content": " \n"})), "empty"),
        (replying(200, with_choice(message={"content": None})), "empty"),
    ],
)
def test_every_fault_is_a_typed_failure(
    server: Server, behaviour: Behaviour, outcome: Outcome
) -> None:
    server.behaviour = behaviour
    with pytest.raises(ProviderFailure) as caught:
        server.complete()
    assert caught.value.outcome == outcome
    assert "hi" not in caught.value.detail.split()


@pytest.mark.parametrize(
    ("name", "outcome"), [("hang", "timeout"), ("drip", "timeout"), ("reset", "unreachable")]
)
def test_a_server_that_never_ends_is_given_up(server: Server, name: str, outcome: Outcome) -> None:
    server.behaviour = getattr(server, name)
    with pytest.raises(ProviderFailure) as caught:
        server.complete(CALL.model_copy(update={"seconds": 0.3}))
    assert caught.value.outcome == outcome


def test_nobody_listening_is_unreachable(server: Server) -> None:
    with httpx.Client(trust_env=False) as client, pytest.raises(ProviderFailure) as caught:
        OpenAICompatible("http://127.0.0.1:1/v1", client).complete(CALL)
    assert caught.value.outcome == "unreachable"
